"""The thin driver: knows what the terminal shows, and sends the difference."""
