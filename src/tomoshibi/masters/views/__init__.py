"""Pages of the masters: sheets of each, proposals, and the pages that show one in its own way."""
