"""Time-density curves and what follows from them."""
