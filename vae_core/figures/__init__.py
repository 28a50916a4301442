"""Plotly figures as plain dictionaries, made without importing Plotly."""
