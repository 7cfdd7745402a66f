"""Honest comparison between förbund: statistics, measures, peers."""
