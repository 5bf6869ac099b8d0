"""What the steps of the cases run."""
