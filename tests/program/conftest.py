"""A Ray cluster on this computer, for the tests that need one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.program.nodes import NODE, Nodes


@pytest.fixture(scope="module")
def cluster() -> Iterator[Nodes]:
    """Start a cluster of one node; nodes die with the thread that starts them, so tests start them too."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-cluster.txt")
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args=NODE)
    yield nodes
    nodes.shutdown()
