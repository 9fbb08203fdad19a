"""What a training script imports: standard library only, Python 3.8 and up."""
