"""What one förbund does, one folder per feature. Features are strangers to one another."""
