"""Writing and reading the log: events with the transaction they tell of, seals, and all rows for judging."""
