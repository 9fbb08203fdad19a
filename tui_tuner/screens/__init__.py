"""A screen composes, binds and routes."""
