"""Stenoses and their grading."""
