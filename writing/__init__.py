"""Between the stages and the wings: what a prompt is told, and what is made of an answer."""
