"""url = embedded: a model that this program runs by itself, with llama.cpp as a process beside it."""
