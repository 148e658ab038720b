"""GGUF files that have a header and no weights: enough to be looked at, and nothing to load."""

from __future__ import annotations

from pathlib import Path

GB = 1_000_000_000


def write_header(
    path: Path, *, template: str = "{{ messages }}", layers: int = 1, width: int = 1, context: int = 10**6
) -> None:
    """Write the header of a model that takes 4 bytes for each token of context, times `layers` and `width`.

    Without a `template` it was not made to chat.
    """
    from gguf import GGUFWriter

    writer = GGUFWriter(path, "llama")
    writer.add_context_length(context)
    writer.add_block_count(layers)
    writer.add_embedding_length(width)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_key_length(width)
    writer.add_value_length(width)
    if template:
        writer.add_chat_template(template)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
