"""A trait that the caption gives to the wrong one of several characters is a fault, and nothing else is."""

import pytest

from check import check
from check.faults import WRONG_OWNER

_OWN = {
    "frieren": ("white_hair", "twintails", "green_eyes", "pointy_ears"),
    "fern_(sousou_no_frieren)": ("purple_hair", "purple_eyes", "white_dress"),
    "stark_(sousou_no_frieren)": ("1boy", "short_hair", "red_hair", "red_coat"),
}
_TAGS = [
    *_OWN,
    "sousou_no_frieren",
    "2girls",
    *(tag for tags in _OWN.values() for tag in tags),
    "sitting",
    "log",
]
_CATEGORIES = dict.fromkeys(_OWN, "character") | {"sousou_no_frieren": "copyright"}


def wrong(caption: str) -> list[str]:
    found = check(caption, _TAGS, _CATEGORIES, own_tags=_OWN)
    return [fault.message for fault in found.faults if fault.kind == WRONG_OWNER]


# The captions were labelled before the rules were written.
@pytest.mark.parametrize(
    ("caption", "trait", "owner"),
    [
        ("Frieren with red hair sits on a log.", "red hair", "Stark"),
        ("Frieren has long red hair, and Stark has short hair.", "red hair", "Stark"),
        ("Stark, a boy with purple hair, stands beside Frieren.", "purple hair", "Fern"),
        ("Fern, whose hair is white, sits on a log.", "hair is white", "Frieren"),
        ("Frieren, Fern and Stark sit. Stark has short white hair and a red coat.", "white hair", "Frieren"),
        ("Fern with purple hair, green eyes and a white dress", "green eyes", "Frieren"),
        ("The red-haired Fern looks at Stark.", "red-haired", "Stark"),
        ("Fern wears a red coat.", "red coat", "Stark"),
        ("Stark has twintails.", "twintails", "Frieren"),
        ("Frieren with crimson hair is reading.", "crimson hair", "Stark"),
        ("Stark with his pointed ears is sitting.", "pointed ears", "Frieren"),
        ("Frieren sits beside Fern, who is in a red coat.", "red coat", "Stark"),
    ],
)
def test_a_trait_of_somebody_else_is_a_fault(caption: str, trait: str, owner: str) -> None:
    found = wrong(caption)
    assert len(found) == 1
    assert f'"{trait}"' in found[0]
    assert found[0].endswith(f"that is {owner}'s.")


@pytest.mark.parametrize(
    "caption",
    [
        "Frieren with white hair and Stark with red hair sit on a log.",
        "Frieren and Stark with white and red hair sit on a log.",
        "Frieren sits beside a boy with red hair.",
        "Frieren with a doll with red hair sits on a log.",
        "Frieren, Fern and Stark, who between them have white, purple and red hair, sit.",
        "Frieren holds hands with Stark, who has red hair.",
        "Fern with purple hair looks at the red-haired Stark.",
        "Frieren has white hair, Stark red hair.",
        "Frieren with her white hair in twintails, Fern with purple hair in a white dress.",
        "Frieren smiles. With red hair and a red coat, Stark looks on.",
        "Stark is with Frieren. The elf with white hair smiles, and he has red hair.",
        "Frieren does not have red hair.",
        "Frieren has no red hair, but white hair.",
        "Frieren with white hair with a red-haired boy behind her",
        "Frieren, next to the red coat of Stark, sits on a log.",
        "Fern in a white dress and Stark in a red coat with short red hair",
        "Frieren has a hat with red hair ribbons.",
        "Frieren with long white hair holds a cat with short red fur.",
    ],
)
def test_what_is_not_clearly_said_of_a_name_is_no_fault(caption: str) -> None:
    assert wrong(caption) == []


def test_without_knowledge_of_who_has_what_nothing_is_a_fault() -> None:
    found = check("Frieren with red hair sits.", _TAGS, _CATEGORIES)
    assert not [fault for fault in found.faults if fault.kind == WRONG_OWNER]
