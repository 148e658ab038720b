"""Answers that come later: requests in batch files, and what a service or a program answers to them."""
