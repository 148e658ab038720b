"""Which copyright tags are the series, beside those of companies, bands and brands."""

from __future__ import annotations

import pytest

from tags.proper_names import told_series


@pytest.mark.parametrize(
    ("titles", "series"),
    [
        ("disney zootopia", "zootopia"),
        ("bocchi_the_rock! kessoku_band", "bocchi_the_rock!"),
        ("hasbro dungeons_and_dragons", "dungeons_and_dragons"),
        ("umamusume the_beatles", "umamusume"),
        ("my_little_pony friendship_is_magic hasbro", "friendship_is_magic"),
        ("gundam mobile_suit_gundam", "mobile_suit_gundam"),
        ("fate_(series) fate/stay_night", "fate/stay_night"),
        ("cyberpunk_(series) cyberpunk_edgerunners", "cyberpunk_edgerunners"),
        ("touhou vocaloid", "touhou vocaloid"),
        # A company is better than nothing, and words are only found whole.
        ("disney", "disney"),
        ("air airplane!", "air airplane!"),
    ],
)
def test_a_company_a_band_or_a_broader_title_is_no_series_beside_one(titles: str, series: str) -> None:
    assert told_series(titles.split()) == series.split()
