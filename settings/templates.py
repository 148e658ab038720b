"""The templates of stage 3: those that the settings name, or for each picture the one that fits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# For a picture of which there are only tags, for one that is described, and for a model that sees it.
SHIPPED = (
    "interpreter_prompt_template_short_no_description.txt",
    "interpreter_prompt_template_short.txt",
    "interpreter_prompt_template_vision_short.txt",
)


@dataclass(frozen=True, slots=True)
class CaptionTemplates:
    """The files of the templates: `named` in the settings, and those to choose from where none is named."""

    named: tuple[Path, ...]
    for_tags: Path
    for_described: Path
    for_seen: Path

    def fitting(self, *, sees: bool, described: bool) -> tuple[Path, ...]:
        """What a model is asked with that sees the picture or not, of one that is described or not."""
        if self.named:
            return self.named
        if sees:
            return (self.for_seen,)
        return (self.for_described if described else self.for_tags,)

    @property
    def all(self) -> tuple[Path, ...]:
        """All that may be asked with."""
        return self.named or (self.for_tags, self.for_described, self.for_seen)
