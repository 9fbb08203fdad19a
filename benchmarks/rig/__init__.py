"""What the benchmark of the terminal stands on: engine, stored sweep, pty that keeps time."""
