"""Finding a participant by code, name or personal number."""
