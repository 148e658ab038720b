"""A run over shards: one after the other, each as if it were a data set of its own."""
