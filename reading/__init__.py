"""A second reading by the model itself: which tags a caption says in words that the rules do not know."""
