"""Pure: what the screens show, as lines of text with roles; nothing here draws or waits."""
