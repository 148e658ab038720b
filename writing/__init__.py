"""What a caption is written from, and how it is judged."""
