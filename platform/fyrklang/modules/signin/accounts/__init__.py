"""Accounts of our own, for those whose organisation has no login."""
