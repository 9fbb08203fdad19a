"""The config file: its schema, its loading, its macros."""
