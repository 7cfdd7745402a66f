"""The periodic review of roles: every role of everybody, kept or taken away, and signed."""
