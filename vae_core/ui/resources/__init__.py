"""What all sessions share: loaded runs, their layers and reports, and the files that the browser fetches."""
