"""Config, database, jobs, cache, errors, clock and ids. Knows nothing of the domain."""
