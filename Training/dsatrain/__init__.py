"""Training: phantoms, losses, metrics and the training loop. Imports dsanet, never the host."""
