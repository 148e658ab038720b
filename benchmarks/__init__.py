"""Measurements of the whole program against an endpoint that costs next to nothing."""
