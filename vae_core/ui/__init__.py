"""The only part of the library that imports Streamlit: cached resources, session state, and what the pages draw."""
