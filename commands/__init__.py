"""What `caption.py` can be told to do: run, check, rehearse, compare, export, correct."""
