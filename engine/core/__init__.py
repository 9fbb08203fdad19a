"""The pure heart: a sweep's state, what can happen to it, and what must be done next."""
