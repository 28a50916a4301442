"""Plotly figures as plain objects."""
