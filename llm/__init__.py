"""Talking to a language model: servers, prompts, requests and replies.

which model is asked    servers ─▶ finding (what answers where) ─▶ choosing; listings and programs/ know what
                        a server tells of its models; embedded/ runs one
a request               prompts (sandbox, rendering) ─▶ endpoint ─▶ chat_request ─▶ client ─▶ transport
when, and how often     concurrency (concurrency_search), retries
its answer              completions ─▶ answers ─▶ replies/, which makes it clean or says what is wrong with it
what goes wrong         server_errors (what was said) ─▶ trouble (what it means, and what to do);
                        notices tells what no error shows
"""
