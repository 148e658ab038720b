"""Settings that a config.ini may still hold: what became of each, and what to write now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Former(NamedTuple):
    """A setting that was removed or renamed, or that only another program has.

    `sentence` follows the name of the setting and says what became of it and what to do. `harmless` is for
    settings that a run can go on without: then the user is only warned.
    """

    sentence: str
    harmless: bool = False


OF_THE_OLDER_SCRIPT: Mapping[tuple[str, str], tuple[str, str]] = {
    **{
        ("Client", key): ("Endpoint", key) for key in ("api_key", "max_tokens", "model", "temperature", "url")
    },
    ("Client", "headers"): ("Endpoint", "headers"),
    ("Client", "stop_sequence"): ("Endpoint", "stop"),
    ("Client", "top_p"): ("Endpoint", "top_p"),
    ("Interpreter", "extension"): ("Dataset", "caption_extension"),
    ("Interpreter", "skip"): ("Interpreter", "skip"),
    ("Interpreter", "target_directory"): ("Dataset", "captions"),
    ("Interrogator", "extension"): ("Dataset", "caption_extension"),
    ("Interrogator", "skip"): ("Interrogator", "skip"),
    ("Interrogator", "target_directory"): ("Dataset", "descriptions"),
    ("TagProvider", "cache_file"): ("TagProvider", "cache"),
    ("TagProvider", "min_post_count"): ("TagProvider", "min_post_count"),
    ("TagProvider", "skip"): ("TagProvider", "skip"),
}
"""Where the settings of tag-based-image-captioning, an older script of this kind, stand now."""

HOW_TO_IMPORT = (
    "this is a config.ini of tag-based-image-captioning: "
    "python caption.py --import-old FOLDER makes one of it"
)

FORMER_SETTINGS: Mapping[tuple[str, str], Former] = {
    **{old: Former(f"is now [{new[0]}] {new[1]}") for old, new in OF_THE_OLDER_SCRIPT.items() if old != new},
    ("TagProvider", "include_tags_without_wiki"): Former(
        "was removed, because all tags are in the prompt: leave it out", harmless=True
    ),
    ("Endpoint", "overlap"): Former(
        "was removed, because the stages run one after another: leave it out", harmless=True
    ),
}
"""By section and key, what a config.ini may still hold; keys of [Endpoint] also count in the stages."""
