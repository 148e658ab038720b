"""What the nodes of a Ray cluster are started with, and what a test can do with them."""

from __future__ import annotations

from typing import Protocol

NODE = {"num_cpus": 1, "object_store_memory": 80 << 20, "include_dashboard": False}


class Nodes(Protocol):
    """`ray.cluster_utils.Cluster`, where Ray need not be installed."""

    address: str

    def add_node(self, **options: object) -> object:
        """Start a node."""

    def remove_node(self, node: object, allow_graceful: bool = True) -> None:
        """End a node."""
