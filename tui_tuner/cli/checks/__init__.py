"""What `doctor` looks at: each file gives some checks of this box."""
