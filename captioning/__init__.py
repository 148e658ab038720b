"""A run: the three stages in order over one data set."""
