"""Pages behind labels, and the crews' page on the phone."""
