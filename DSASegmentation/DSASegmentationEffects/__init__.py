"""Segment Editor effects for DSA, one file each."""
