"""The sweep engine: schedules trials, stores their metrics, answers viewers.

Importing this package costs nothing; `python -m engine DIR` starts the daemon.
"""
