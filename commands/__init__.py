"""The commands of `caption.py` other than a run: check, dry run, compare, corrections."""
