"""The `fyrklang` command."""
