"""Talking to a language model: servers, prompts, requests and replies."""
