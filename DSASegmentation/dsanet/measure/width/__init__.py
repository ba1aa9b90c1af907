"""Diameters from intensity profiles."""
