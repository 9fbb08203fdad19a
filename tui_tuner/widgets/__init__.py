"""What draws lines; widgets see the view state and nothing behind it."""
