"""What an address tells of where it leads."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_here(url: str) -> bool:
    """Whether an address leads to this computer."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
