"""Measurements as JSON, CSV, pictures and one HTML page."""
