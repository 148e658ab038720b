"""The text in a file that anybody may have saved, and digests that show whether it has changed."""

from __future__ import annotations

from hashlib import blake2b
from typing import BinaryIO

from decoding import decoded_leniently

# The state of a place where there is no text.
NOTHING = ""
_READ_AT_ONCE = 1 << 20


def digest(text: str) -> str:
    """A short digest (64 bits in hex) that tells whether a text is still the one that was written."""
    return digest_of_bytes(text.encode("utf-8", "surrogatepass"))


def digest_of_bytes(data: bytes) -> str:
    """The digest of the text in a file that holds it in UTF-8 and nothing else."""
    return blake2b(data, digest_size=8).hexdigest()


def digest_of_stream(stream: BinaryIO) -> str:
    """As `digest_of_bytes`, for more bytes than should be in memory at once."""
    hashed = blake2b(digest_size=8)
    while data := stream.read(_READ_AT_ONCE):
        hashed.update(data)
    return hashed.hexdigest()


def text_in(data: bytes) -> str | None:
    """The text in the bytes of a file that a person may have saved; None if it is no text."""
    try:
        text = decoded_leniently(data)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text.replace("\r\n", "\n").replace("\r", "\n").strip()


def state_of(data: bytes) -> str:
    """A value that changes when a file changes: the digest of its text, or of its bytes if it is no text."""
    text = text_in(data)
    if text is None:
        return f"bytes {digest_of_bytes(data)}"
    return digest(text) if text else NOTHING


def fingerprint(name: str, text_digest: str) -> str:
    """The file name of a staged text: the digests of its picture's name and of the text."""
    return f"{digest(name)}-{text_digest}"
