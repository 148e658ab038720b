"""Whether a sentence tells what can be seen, or only what a thing is called and where it comes from."""

import re
from functools import lru_cache

from english import stem

# A first sentence of a page that shows something has one of these: parts of a body, clothes, colours, shapes,
# what people do, and how a thing is drawn.
_VISIBLE = """
apron arm armor back beard belly belt bird black blade blonde blue body boots bottle bow box bright brow
brown button cap cape carry cat cheek chest chin circle cloak close closed cloth clothes coat collar colour
cover cross cry curly curve curved dark dog drawn dress dressed ear edge elbow eye fabric face fang feather
finger fish fist flat flower foot forehead fox framed fur garment glass glasses glove gold grab green grey
hair hand hang hat head headwear heart heel held hip hold hole hood horn hug jacket jewelry jump kimono knee
kneel lace lap laugh leaf lean leg lie lift line lip long look loose mask metal mouth nail narrow neck
necktie nose open orange pale palm pants paper pattern pink point pointed pose purple rabbit raise red
ribbon rice robe round run sandals scarf shape shaped sharp shirt shoe short shorts shoulder shown silver
sit skin skirt sky sleep sleeve small smile snow sock square stand star stone straight strap stretch striped
suit sun sweater tail thick thigh thin thread tied tip toe tongue tooth torso touch transparent tree
triangular trousers uniform visible waist walk water wavy wear white wide wing wink wooden worn wrist yellow
"""
_WORD = re.compile(r"[^\W\d_]+")


def shows_something(sentence: str) -> bool:
    """Whether a sentence has a word for what can be seen."""
    return not _stems().isdisjoint(stem(word) for word in _WORD.findall(sentence.lower()))


@lru_cache(maxsize=1)
def _stems() -> frozenset[str]:
    return frozenset(map(stem, _VISIBLE.split()))
