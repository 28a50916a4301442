"""Pieces of a page, drawn with Streamlit: the badge, pickers, notices, forms, tables and pictures."""
