"""All that a feature or a plugin may import to take part in the platform."""
