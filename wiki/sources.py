"""From [TagProvider] to the wiki that is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from config import VERSION
from settings import TagProviderSettings
from wiki.source import Source


def open_source(settings: TagProviderSettings, tries: int | None = None) -> Source:
    """The wiki that [TagProvider] names; raises UserError where it cannot be used.

    `tries` is how often one question is put to it, where that is not as usual.
    """
    login, key = settings.wiki_login, settings.wiki_api_key.get_secret_value()
    agent = settings.user_agent or f"Tagscribe/{VERSION}" + (f" (by {login})" if login else "")
    if settings.source == "danbooru":
        from wiki.danbooru import MANNERS, DanbooruSource

        url = settings.wiki_url or "https://danbooru.donmai.us"
        return DanbooruSource(url, login, key, agent, replace(MANNERS, tries=tries or MANNERS.tries))
    if settings.source == "e621":
        from wiki.e621 import MANNERS, E621Source

        url = settings.wiki_url or "https://e621.net"
        return E621Source(url, login, key, agent, replace(MANNERS, tries=tries or MANNERS.tries))
    from wiki.dump import DumpSource

    return DumpSource(Path(settings.source))
