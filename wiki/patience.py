"""The head of an HTTP answer within a time limit, however slowly its bytes come.

The timeouts of `requests` hold for each byte that is waited for, so a server that sends one now and then, or
`100 Continue` without end, would never be given up.
"""

from __future__ import annotations

import io
import math
import time
from http.client import HTTPResponse
from typing import Any


class _Bytes(io.RawIOBase):
    """The bytes of a socket; reading raises TimeoutError after the time `ends`, in monotonic seconds."""

    def __init__(self, raw: io.RawIOBase, ends: float) -> None:
        self._raw = raw
        self.ends = ends

    def readable(self) -> bool:
        """Say that bytes can be read."""
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - a buffer, for which Python has no type yet
        """Read what is there, as the socket does."""
        if time.monotonic() > self.ends:
            raise TimeoutError("the head of the answer took too long")
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close the socket's file too."""
        self._raw.close()
        super().close()


class PatientResponse(HTTPResponse):
    """An answer whose head has to arrive within the timeout of its socket, counted from its first byte on."""

    def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as http.client has it
        super().__init__(sock, *arguments, **options)
        seconds = sock.gettimeout()
        raw = self.fp.detach()
        self._bytes = _Bytes(raw, math.inf if seconds is None else time.monotonic() + seconds)
        self.fp = io.BufferedReader(self._bytes)

    def begin(self) -> None:
        """Read the head; the time limit ends with it, as the body has its own."""
        super().begin()
        self._bytes.ends = math.inf
