"""How the förbund's users log in, and whether it works."""
