"""What a visitor's session holds on each page, and the links that carry it."""
