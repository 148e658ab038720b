"""From [TagProvider] to the wiki that is asked."""

from __future__ import annotations

from pathlib import Path

from config import VERSION
from settings import TagProviderSettings
from wiki.source import Source


def open_source(settings: TagProviderSettings) -> Source:
    """The wiki that [TagProvider] names; raises UserError where it cannot be used."""
    login, key = settings.wiki_login, settings.wiki_api_key.get_secret_value()
    agent = settings.user_agent or f"Tagscribe/{VERSION}" + (f" (by {login})" if login else "")
    if settings.source == "danbooru":
        from wiki.danbooru import DanbooruSource

        return DanbooruSource(settings.wiki_url or "https://danbooru.donmai.us", login, key, agent)
    if settings.source == "e621":
        from wiki.e621 import E621Source

        return E621Source(settings.wiki_url or "https://e621.net", login, key, agent)
    from wiki.dump import DumpSource

    return DumpSource(Path(settings.source))
