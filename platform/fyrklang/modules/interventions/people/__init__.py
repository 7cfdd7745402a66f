"""Who an insats meets: what it stores about them, how they come in and who works with them."""
