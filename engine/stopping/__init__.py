"""Stopping rules: one rule a file, pure functions of recorded curves."""
