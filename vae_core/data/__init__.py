"""Digits, and where they come from."""
