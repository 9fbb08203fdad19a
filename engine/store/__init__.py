"""Where a sweep is kept: SQLite, and an in-memory twin for tests and simulations."""
