"""Which tags of a picture may name one thing."""

import pytest

from tags.families import KINDS, families, families_of, kin_of


@pytest.mark.parametrize(
    ("tag", "others", "kin"),
    [
        ("shoulder_bag", "satchel hat", "satchel"),
        ("satchel", "shoulder_bag bag", "shoulder_bag bag"),
        ("bag", "red_backpack", "red_backpack"),
        ("blue_bag", "red_backpack backpack", ""),
        ("blue_bag", "blue_backpack", "blue_backpack"),
        ("lamppost", "street_light street", "street_light"),
        ("single_braid", "side_braid twintails", "side_braid"),
        ("apple", "banana fruit", ""),
    ],
)
def test_kin_are_the_tags_that_may_name_the_same_thing(tag: str, others: str, kin: str) -> None:
    assert kin_of(tag, others.split()) == kin.split()


def test_each_family_has_members_that_belong_to_it() -> None:
    for kind in KINDS:
        for name, members in families(kind).items():
            assert members
            assert all(name in families_of(member) for member in members)
