"""Models that propose: in a process of their own, ahead of the slots that will want proposals.

`asking` keeps candidates ready and lets no slot wait; `worker` is the process; `process` is the
engine's end of it.
"""
