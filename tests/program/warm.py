"""Computes on import what a run computes once: `tests.program.starts` has its server import this.

Tables of words are read, patterns compiled and templates made ready at their first use, which is half of a
short run.
"""

from __future__ import annotations

import gc
from pathlib import Path

from check import check
from composer import compose
from llm.prompts import Prompt
from llm.replies import Form, clean
from wiki.cache import BY_FIRST_SENTENCE, Cache
from wiki.explanations import Explanations
from wiki.tag_meanings import TagMeanings, load_glossary
from writing import PICTURE_VARIABLES

_TAGS = ("1girl", "solo", "hatsune_miku", "blue_hair", "school_uniform", "smile", "sitting", "outdoors")
_CATEGORIES = {"hatsune_miku": "character"}
for _caption in (compose(_TAGS, _CATEGORIES), "A boy with red hair stands at night."):
    check(_caption, _TAGS, _CATEGORIES)
    clean(_caption, "stop", Form())
load_glossary()
for _path in (Path(__file__).parents[2] / "templates").glob("inter*.txt"):
    Prompt(_path, PICTURE_VARIABLES)
_CACHE = Cache(
    {"odd_hat": {"description": "A hat that is worn.", "category": "general", "by": BY_FIRST_SENTENCE}}
)
Explanations(TagMeanings({}, _CACHE, {}), {}, "unusual", 100).choose(["odd_hat"])
# A run that looks for garbage would otherwise touch, and so copy, all that it shares with the server.
gc.collect()
gc.freeze()
