"""The pictures of `images/` as SVG files, and what draws these: `python -m examples.draw_pictures`."""
