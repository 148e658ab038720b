"""Families of things of which a picture mostly shows one."""

from tags.families import KINDS, families, names_of


def test_each_family_has_members() -> None:
    assert all(members for kind in KINDS for members in families(kind).values())


def test_a_thing_is_called_by_its_noun_and_by_what_it_is() -> None:
    assert {"straw_hat", "hat", "headwear"} <= names_of("straw_hat")
    assert "backpack" in names_of("backpacks")
