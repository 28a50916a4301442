"""One training on disk: its record, files and progress, and how they are found, written and locked."""
