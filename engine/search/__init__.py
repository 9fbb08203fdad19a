"""Search methods: one algorithm a file, one base class, one registry."""
