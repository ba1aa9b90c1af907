"""DSANet engine: reads DSA runs, prepares them, segments MAT and BV. Values in, values out."""

__version__ = "0.1.0"
