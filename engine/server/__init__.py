"""The engine side of the wire: listener, sessions, one handler a request."""
