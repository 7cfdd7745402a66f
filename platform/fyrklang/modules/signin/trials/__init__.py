"""A look at what one's own login gives."""
