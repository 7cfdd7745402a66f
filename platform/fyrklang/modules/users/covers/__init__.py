"""Covering for a colleague ("Täck för"): who, for whom, which days, and why."""
