"""Curve tables: the learning curves of a sweep, written down to be replayed on a virtual clock."""
