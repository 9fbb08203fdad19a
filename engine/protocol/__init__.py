"""What travels between an engine and its viewers."""
