"""What trials run on: CPU slots, and later GPUs."""
