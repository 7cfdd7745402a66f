"""Bilagor: files that belong to a stay, sealed with the participant's key and read as notes are."""
