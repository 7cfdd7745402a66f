"""The list of stays: what it can be narrowed to, lists that are kept, and who is responsible."""
