"""What a tag is: its spelling and category, filters, implications, and which pictures are excluded."""
