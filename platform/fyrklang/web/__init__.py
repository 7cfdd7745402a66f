"""The shell every page shares: base templates, forms, tables, charts, errors, static files."""
