"""Tokens with which programs act in a förbund."""
