"""What an embedded model has to know of a run."""

from __future__ import annotations

from llm.needs import Consent, Needs
from settings import Settings


def needs_of(settings: Settings, consent: Consent | None = None) -> Needs:
    """The needs of a run with these settings; without `consent` nothing may be fetched."""

    def longest(sees: bool) -> int:
        # Only a run with an embedded model needs it.
        from captioning.prompt_lengths import longest_prompt_of_run

        return longest_prompt_of_run(settings, sees=sees)

    return Needs(longest, consent) if consent else Needs(longest)
