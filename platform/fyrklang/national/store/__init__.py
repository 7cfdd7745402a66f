"""Releases: what is published, by which engine, and the only way to read or add one."""
