"""Tenants: the signed context, the registry read from `tenants/`, row-level security."""
