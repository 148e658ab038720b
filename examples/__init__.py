"""The example pictures of `images/`, drawn by our own code: `python -m examples.draw_pictures`."""
