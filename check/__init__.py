"""A caption held against the tags of its picture: what it misses, and what it says wrong."""
