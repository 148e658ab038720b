"""The command line of `caption.py`, and its commands other than a run: check, dry run, compare, export, …"""
