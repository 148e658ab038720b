from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from english import first_sentence
from tests.cases import in_one_test
from wiki.dtext import definition
from wiki.dtext_blocks import Kind, read, unmarked


def plain_text(body: str) -> str:
    """All that a page says, without its markup: blank lines between paragraphs, list items as "* …"."""
    text = ""
    in_list = False
    for block in read(body):
        was_in_list, in_list = in_list, block.kind in (Kind.ITEM, Kind.GALLERY_ITEM)
        if text:
            text += "\n" if was_in_list and in_list else "\n\n"
        text += ("* " if in_list else "") + unmarked(block.text)
    return text


INLINE = [
    ("a [b]bold[/b] word", "a bold word"),
    ("a [B]bold[/B] word", "a bold word"),
    ("a <b>bold</b> word", "a bold word"),
    ("a <strong>bold</strong> word", "a bold word"),
    ("[i]slanted[/i]", "slanted"),
    ("<i>slanted</i>", "slanted"),
    ("<em>slanted</em>", "slanted"),
    ("[s]struck[/s] out", "struck out"),
    ("<s>struck</s> out", "struck out"),
    ("[u]under[/u]lined", "underlined"),
    ("<u>under</u>lined", "underlined"),
    ("ten m[sup]2[/sup]", "ten m2"),
    ("H[sub]2[/sub]O", "H2O"),
    ("[tn]a pun on rain[/tn]", "a pun on rain"),
    ("<tn>a pun</tn>", "a pun"),
    ("he is [spoiler]the butler[/spoiler]", "he is the butler"),
    ("[spoilers]both ways[/spoilers]", "both ways"),
    ("<spoiler>html too</spoiler>", "html too"),
    ("[color=red]ruby[/color]", "ruby"),
    ("[color=#abc]steel[/color]", "steel"),
    ("[color=artist]painter[/color]", "painter"),
    ("[b][i][u]deep[/u][/i][/b]", "deep"),
    ("[b]crossed [i]tags[/b] here[/i]", "crossed tags here"),
    ("[b]never closed", "never closed"),
    ("never opened[/b]", "never opened"),
    ("[code]x = [b]1[/b][/code]", "x = [b]1[/b]"),
    ("[code=ruby]puts 1[/code]", "puts 1"),
    ("<code>a < b</code>", "a < b"),
    ("[code]left open [b]here[/b]", "left open here"),
    ("[nodtext]a [[literal]] link[/nodtext]", "a [[literal]] link"),
    ("<nodtext>*not*</nodtext>", "*not*"),
    ("press `[[x]]` now", "press [[x]] now"),
    (r"a \` tick", "a ` tick"),
    (r"`a \` inside`", "a ` inside"),
    ("(`・ω・´) and (`_´)", "(`・ω・´) and (`_´)"),
    ("one[br]two", "one\ntwo"),
    ("one<br>two<br/>three<br />four", "one\ntwo\nthree\nfour"),
    ("[i think so]", "[i think so]"),
    ("an array a[0] and b[i]", "an array a[0] and b"),
    ("[sic] and [edit]", "[sic] and [edit]"),
    ("love <3 and >_< and a < b", "love <3 and >_< and a < b"),
    (":smile: is kept as typed", ":smile: is kept as typed"),
    ("@someone said", "@someone said"),
    ("<@two words> said", "@two words said"),
    ("[#anchor]after it", "after it"),
    ("[ta:12] [ti:3] [bur:4]left", "left"),
]

LINKS = [
    ("[[Long Hair]]", "Long Hair"),
    ("[[long_hair]]", "long hair"),
    ("[[o_o]] or [[>_<]] or [[0_0]]", "o_o or >_< or 0_0"),
    ("[[long hair|hair to the waist]]", "hair to the waist"),
    ("[[ long hair | long ]] locks", "long locks"),
    ("[[Fate (series)|]]", "Fate"),
    ("[[saber_(lancer)_(fate)|]]", "saber (lancer)"),
    ("[[tag group:hair#Styles|styles]]", "styles"),
    ("[[tag group:hair#Styles]]", "tag group:hair"),
    ("[[#compass]]", "#compass"),
    ("19[[60s]]", "1960s"),
    ("[[cat]]s", "cats"),
    ("[[sparkle|]]s", "sparkles"),
    ("[[|_|]]", "|_|"),
    ("[[||_||]]", "||_||"),
    ("[[:|]]", ":|"),
    ("[[<|>_<|>]]", "<|>_<|>"),
    ("[[>:|]] and [[|w|]] and [[:}]]", ">:| and |w| and :}"),
    (r"[[\||/]]", r"\||/"),
    ("[[|3]]", "|3"),
    ("[[:||a flat mouth]]", "a flat mouth"),
    ("[[hat|a [b]big[/b] hat]]", "a big hat"),
    ("[b][[hat]][/b]", "hat"),
    ("[[unclosed link", "unclosed link"),
    ("[[[triple]]]", "[triple]"),
    ("unopened]] link", "unopened]] link"),
    ("[[a]] [[b]][[c]]", "a bc"),
    ("{{long_hair blue_eyes}}", "long hair blue eyes"),
    ("{{long_hair|search it}}", "search it"),
    ("{{fate_(series)|}}", "fate"),
    ("{{:|}}", ":|"),
    ("pre{{hat}}s", "prehats"),
    ("{{unclosed", "unclosed"),
    ("a set {x} stays", "a set {x} stays"),
    ("https://example.com/a_b", "https://example.com/a_b"),
    ("(see https://example.com/a_(b)).", "(see https://example.com/a_(b))."),
    ("<https://example.com/x>", "https://example.com/x"),
    ("mailto:me@example.com, please", "mailto:me@example.com, please"),
    ('"the site":https://example.com', "the site"),
    ('"the site":https://example.com/a?b=1#c.', "the site."),
    ('"the list":/posts?tags=hat', "the list"),
    ('"below":#more and so on', "below and so on"),
    ('"a page":[https://example.com/x_(y)] too', "a page too"),
    ('"a page":[/wiki_pages/hat]', "a page"),
    ('say "hi" to "him":/users/1', 'say "hi" to him'),
    ('"[b]bold[/b] and [[linked|wiki]]":https://example.com', "bold and wiki"),
    ('"just quoted": and no more', '"just quoted": and no more'),
    ("[the site](https://example.com)", "the site"),
    ("[the site](/relative)", "the site"),
    ("[a [i]nice[/i] site](https://example.com/a_(b))", "a nice site"),
    ("[https://example.com](the site)", "the site"),
    ("[url]https://example.com/x?y=[1][/url]", "https://example.com/x?y=[1]"),
    ("[url=https://example.com]the site[/url]", "the site"),
    ('[url="https://example.com"]the site[/url]', "the site"),
    ('<a href="https://example.com">the site</a>', "the site"),
    ("[see https://example.com/x](https://example.com/y)", "see https://example.com/x"),
    ("[link](not an address)", "[link](not an address)"),
    ("post #123 and Post #4", "post #123 and Post #4"),
    ("topic #12/p2, pixiv #3/p4", "topic #12/p2, pixiv #3/p4"),
    ("dmail #1/aB=-", "dmail #1/aB=-"),
    ("post changes #7, take down request #8", "post changes #7, take down request #8"),
    ("thumb #1 thumb #2\na hat", "a hat"),
]

ENTITIES = [
    ("&lt;b&gt; is bold", "<b> is bold"),
    ("Q&amp;A", "Q&A"),
    ("&quot;so&quot; &#39;so&#39; &apos;so&apos;", "\"so\" 'so' 'so'"),
    ("&lbrack;&lbrack;x&rbrack;&rbrack;", "[[x]]"),
    ("&lbrace;x&rbrace; &lpar;x&rpar;", "{x} (x)"),
    ("&ast; &colon; &commat; &grave; &num; &period;", "* : @ ` # ."),
    ("&AMP; &Lt;", "& ≪"),
    ("&amp;lt; once", "&lt; once"),
    ("caf&eacute; &#x41; &#66;", "café A B"),
    ("fish & chips &nosuchthing; &", "fish & chips &nosuchthing; &"),
]

BLOCKS = [
    ("one\r\n\r\ntwo", "one\n\ntwo"),
    ("one\r\ntwo", "one\ntwo"),
    ("one\n \t\n\n\n two  and   three ", "one\n\ntwo and three"),
    ("h4. Examples", "Examples"),
    ("h1.Big\nsmall", "Big\n\nsmall"),
    ("H6. Low\r\n\r\ntext", "Low\n\ntext"),
    ("h4#some-id. Named", "Named"),
    ("text\nh5. Then [[a|header]]\nmore", "text\n\nThen header\n\nmore"),
    ("the h4. within a line", "the h4. within a line"),
    ("oh4. not a header", "oh4. not a header"),
    ("* one\n* two", "* one\n* two"),
    ("* one\n** two\n*** three", "* one\n* two\n* three"),
    ("* one\n\n* two", "* one\n* two"),
    ("*not an item", "*not an item"),
    ("before\n* one\nafter", "before\n\n* one\n\nafter"),
    ("* [[a_b|x]] (post #1)", "* x (post #1)"),
    ("[quote]said she[/quote]", "said she"),
    ("<blockquote>said she</blockquote> then", "said she\n\nthen"),
    ("[quote=red]\nred bar\n[/quote]\nafter", "red bar\n\nafter"),
    ("[quote]one [quote]two[/quote] three[/quote]", "one\n\ntwo\n\nthree"),
    ("[quote]left open", "left open"),
    ("closed[/quote] only", "closed\n\nonly"),
    ("[expand]inside[/expand]", "inside"),
    ("[expand=More about it]inside[/expand]after", "More about it\n\ninside\n\nafter"),
    ("[expand More]\n* a\n[/expand]", "More\n\n* a"),
    ("<expand=More>inside</expand>", "More\n\ninside"),
    ("[section]inside[/section]", "inside"),
    ("[section,expanded]inside[/section]", "inside"),
    ("[section=Anatomy]\nh4. Legs\n[/section]", "Anatomy\n\nLegs"),
    ("[section,expanded=Anatomy]inside", "Anatomy\n\ninside"),
    ("[spoilers]\nblock of it\n[/spoilers]", "block of it"),
    ("[code]\nline one\n  line two\n[/code]\nafter", "line one\nline two\n\nafter"),
    ("```\n[b]raw[/b]\n```\nafter", "[b]raw[/b]\n\nafter"),
    ("```ruby\nputs 1\n\nputs 2\n```", "puts 1\nputs 2"),
    ("```\nno end of [b]it[/b]", "no end of it"),
    ("one\n[hr]\ntwo", "one\n\ntwo"),
    ("one\n<hr>\ntwo", "one\n\ntwo"),
    ("[table][tr][td]a[/td][td]b[/td][/tr][/table]", "a b"),
    (
        "[table]\n[thead]\n[tr]\n[th]Name[/th]\n[th]Age[/th]\n[/tr]\n[/thead]\n[tbody]\n"
        '[tr]\n[td align=center]Ann[/td]\n[td colspan="2"]7[/td]\n[/tr]\n[/tbody]\n[/table]\nafter',
        "Name Age Ann 7\n\nafter",
    ),
    ("<table><colgroup><col span=2></colgroup><tr><td>a<td>b</table>", "a b"),
    ("[table][tr][td]one[br]cell\n\nof lines[/td]", "one cell of lines"),
    ("[table][tr][td]open\nh4. Next\ntext", "open\n\nNext\n\ntext"),
    ("[td]a cell[/td] without a table", "a cell without a table"),
    ("!post #123", ""),
    ("!post #123: A [b]hat[/b].\nafter", "A hat.\n\nafter"),
    ("!asset #5:  Seen from below", "Seen from below"),
    ("* !post #1: One\n* !post #2: Two", "* One\n* Two"),
    ("* !post #1\n* !asset #2", ""),
    ("!post #1 !post #2", ""),
    ("[tn]\nblock note\n[/tn]", "block note"),
    ("", ""),
    (" \r\n\t\n", ""),
]


@in_one_test(("body", "plain"), INLINE + LINKS + ENTITIES + BLOCKS)
def test_a_construct_becomes_what_a_reader_sees(body: str, plain: str) -> None:
    assert plain_text(body) == plain


def test_control_characters_of_a_page_cannot_pass_for_the_marks_of_the_scanner() -> None:
    assert plain_text("a\x01b\x02 \x03c\x04 &#1;d &#5;e \x00f") == "ab c d e f"
    assert definition("A \x01red\x02 hat with \x00a feather.") == "A red hat with a feather."


# Documents of known words: all markup that the grammar puts around them must go, and every word must stay.

WORDS = ["alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel"]
word = st.sampled_from(WORDS)
BRACKETED = ["b", "i", "s", "u", "tn", "sup", "sub", "spoiler", "spoilers"]
ANGLED = ["b", "strong", "i", "em", "s", "u", "tn", "spoiler"]


def _wrapped(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(lambda tag, text: f"[{tag}]{text}[/{tag}]", st.sampled_from(BRACKETED), content),
        st.builds(lambda tag, text: f"<{tag}>{text}</{tag}>", st.sampled_from(ANGLED), content),
        st.builds(lambda tag, text: f"[{tag}]{text}", st.sampled_from(BRACKETED), content),
        st.builds(lambda text: f"[color=#fa0]{text}[/color]", content),
        st.builds(lambda text: f"[url=https://example.com]{text}[/url]", content),
        st.builds(lambda text: f'"{text}":/posts', content.filter(lambda text: '"' not in text)),
        st.builds(lambda one, two: f"{one} {two}", content, content),
    )


plain_inline = st.one_of(
    word,
    st.builds("[[{}]]".format, word),
    st.builds("[[nothing|{}]]".format, word),
    st.builds("[[{} (tree)|]]".format, word),
    st.builds("{{{{{}}}}}".format, word),
    st.builds("{{{{nothing|{}}}}}".format, word),
    st.builds('"{}":https://example.com/x'.format, word),
    st.builds("[{}](https://example.com/x)".format, word),
    st.builds("[https://example.com/x]({})".format, word),
    st.builds('<a href="/x">{}</a>'.format, word),
    st.builds("[[{}".format, word),
)
inline = st.recursive(plain_inline, _wrapped, max_leaves=6)
plain_block = st.one_of(
    inline,
    st.builds("h{}. {}".format, st.integers(1, 6), inline),
    st.builds("* {}\n** {}".format, inline, inline),
    st.builds("!post #{}: {}".format, st.integers(1, 10**6), inline),
    st.builds("[table][tr][th]{}[/th][td]{}[/td][/tr][/table]".format, inline, inline),
    st.builds("[hr]\n{}".format, inline),
)
blocks = st.recursive(
    plain_block,
    lambda content: st.one_of(
        st.builds("[quote]\n{}\n[/quote]".format, content),
        st.builds("[quote]\n{}".format, content),
        st.builds("[expand=nothing]\n{}\n[/expand]".format, content),
        st.builds("[section,expanded=nothing]{}\n[/section]".format, content),
        st.builds("{}\r\n\r\n{}".format, content, content),
    ),
    max_leaves=6,
)
MARKUP = re.compile(r"\[/?\w|\]|\{|\}|<|>|https?:|[\x00-\x08]|^h\d|!post|\|", re.MULTILINE)


@given(blocks)
def test_no_markup_survives_and_no_word_is_lost(body: str) -> None:
    plain = plain_text(body)
    assert not MARKUP.search(plain)
    assert re.findall("|".join(WORDS), plain) == re.findall("|".join(WORDS), body)


@given(blocks)
def test_the_plain_text_of_plain_text_is_the_same(body: str) -> None:
    assert plain_text(plain_text(body)) == plain_text(body)


PIECES = [
    *("[[", "]]", "{{", "}}", "|", "#", "[b]", "[/b]", "[quote]", "[/quote]", "[table]", "[td]", "[expand="),
    *("[code]", "[/code]", "```", "`", '"', '":', "http://", "/", "(", ")", "*", "h4.", "!post", "post #1"),
    *("&amp;", "&#1;"),
    *("<", ">", "</a>", "<a ", "\\", ":", ".", ",", "e.g.", "see", "for", "use", "\n", "\r\n"),
    *("\x00", "\x01", "。"),
]
pieces = st.lists(st.sampled_from(PIECES), max_size=40)


@given(st.one_of(st.text(), pieces.map("".join), pieces.map(" ".join)))
def test_any_text_can_be_read(body: str) -> None:
    assert not re.search(r"[\x00-\x08]", plain_text(body) + definition(body))
    assert len(first_sentence(body).split()) <= 41


@pytest.mark.parametrize(
    "piece",
    [
        *("[[", "[[a|", "{{", "[b]"),
        *("((((", '"', '"a":[/', "h4. \n", "[table]", "[quote]\n", "[code]", "```\n"),
        *("[url=", '<a href="', "[x[b]", "`a", "&", "http://", "in post #1 ", ". (", "* ", "[expand=", "\n"),
        *("and, ", "<", ") "),
    ],
)
def test_a_hostile_page_takes_no_more_than_linear_time(piece: str) -> None:
    body = (piece * 50_000)[:50_000]
    started = time.process_time()
    text = plain_text(body)
    definition(body)
    first_sentence(text)
    # It takes a quarter of a second; quadratic time would be half a minute.
    assert time.process_time() - started < 4


DEFINITIONS = {
    "a general tag": (
        "A wide, round hat woven of [[straw]], worn against the sun.\r\n\r\n"
        "Do not confuse with [[sedge hat]], which is pointed. For hats of felt, use [[fedora]].\r\n\r\n"
        "h4. Examples\r\n\r\n* !post #1001: On a scarecrow\r\n* !post #1002\r\n\r\n"
        "h4. See also\r\n\r\n* [[Hat]]\r\n* [[Tag group:Headwear]]\r\n",
        "A wide, round hat woven of straw, worn against the sun.",
    ),
    "a character": (
        "[b]Marla Quill[/b] (クイル・マーラ) is the lighthouse keeper of [[Saltmarsh Tales]] (post #77).\r\n"
        "She has [[short hair|short]] [[grey hair]] and wears a yellow raincoat with [[brown boots]].\r\n\r\n"
        "Voiced by [[Dr. Ada Stone]].\r\n\r\n"
        "h5. Costumes\r\n* {{marla_quill raincoat|Raincoat}}\r\n\r\nh4. External links\r\n"
        '* "Saltmarsh wiki":[https://example.com/Marla_(keeper)]\r\n',
        "Marla Quill (クイル・マーラ) is the lighthouse keeper of Saltmarsh Tales.\n"
        "She has short grey hair and wears a yellow raincoat with brown boots.\n\n"
        "Voiced by Dr. Ada Stone.",
    ),
    "a series": (
        "An adventure game by Tin Kettle, set in a flooded town.\n\n"
        "Official site: https://example.com/saltmarsh\n"
        'Trailers: "first":https://example.com/1, "second":[/2]\n\n'
        "[quote]The tide takes all.[/quote]\n\n"
        "[expand=Story]\nThe lamp goes out.\n[/expand]\n\n"
        "h4. Characters\n\nh6. Keepers\n* [[Marla Quill]]",
        "An adventure game by Tin Kettle, set in a flooded town.",
    ),
    "an e621 page": (
        "thumb #323 thumb #258\n\n"
        "A creature with the body of a [[lion]] and the wings of an [[eagle|eagle's]], "
        "as seen in post #12 and post #13. Its beak is [color=#fc0]yellow[/color].\n\n"
        "[section=Related]\n* [[gryphon_rider]]\n[/section]\n\nh4. Not To Be Confused With\n* [[hippogriff]]",
        "A creature with the body of a lion and the wings of an eagle's. Its beak is yellow.",
    ),
    "a page that begins with a header": (
        "h4. Examples\n\nOf all colours:\n\n!post #5\n\n"
        "h4. Meaning\n\nA bow tied [b]behind[/b] the neck.\n\nIt is often red.",
        "A bow tied behind the neck.",
    ),
    "a page that introduces a list": (
        "Any picture of tea. It can include, among others:\n* cups (post #1)\n* kettles\n\n"
        "h4. See also\n* [[coffee]]",
        "Any picture of tea.",
    ),
    "a page that is a list": (
        "A suit for divers that consists of:\n* a helmet of [[copper]]\n* heavy boots\n\n"
        "h4. See also\n* [[sea]]",
        "A suit for divers that consists of: a helmet of copper; heavy boots",
    ),
    "a page that is one quote": ("[quote]A lamp made of paper.[/quote]", "A lamp made of paper."),
    "a page in a folded section": ("[section=What]\nA paper lamp.\n[/section]", "A paper lamp."),
    "a page of hints only": ("See [[umbrella]].\r\n\r\nDo not confuse with [[parasol]].", ""),
    "a list of other tags": ("* [[red hat]]\n* [[blue hat]]", ""),
    "an ambiguous tag": ("Ambiguous tag, do not use. Use one of these:\r\n\r\n* [[bat (animal)]]", ""),
    "an ambiguous tag, said otherwise": ("This tag is ambiguous. Use something else.", ""),
    "a deprecated tag": ("[b]Deprecated.[/b] Use [[hat]].", ""),
    "a tag that is not to be used": ("Do not use this tag.\n\nIt once meant a hat.", ""),
    "a tag about ambiguity": ("Ambiguous scale hides the size.", "Ambiguous scale hides the size."),
    "marks of places and sizes": (
        "\u200b[link=top]A [small]long[/small] coat.[/link] It is[s]not[/s] new.\n\n*#list-a Item one\n"
        "*#list-b Item two\n\n[center]A flower.[/center]\n\n[table][tr#row][td]one[/td][/tr][/table]",
        "A long coat. It is not new.\n\nA flower.",
    ),
    "nothing": ("", ""),
}


@in_one_test(("body", "meaning"), DEFINITIONS.values())
def test_a_page_is_reduced_to_its_definition(body: str, meaning: str) -> None:
    assert definition(body) == meaning


@in_one_test(
    "hint",
    [
        "Do not confuse with [[b]].",
        "Don't confuse this with [[b]].",
        "Not to be confused with [[b]].",
        "This should not be confused with [[b]].",
        "See also: [[b]], [[c]].",
        "See [[b]] for more.",
        "Also see [[b]].",
        "For small ones, use [[b]].",
        "For small ones use [[b]] instead.",
        "For pictures of real ones, see [[b]].",
        "Use [[b]] for small ones instead.",
        "If it is small, use [[b]] instead.",
        "When two are shown, also use [[b]].",
        "NOTE: Do not tag every one of them.",
        "Please do not use this tag for [[b]].",
        "Compare with [[b]].",
        "Example: post #12.",
        "See https://example.com/x.",
    ],
)
def test_a_hint_for_taggers_is_left_out(hint: str) -> None:
    assert definition(f"A lantern of paper. {hint} It glows.") == "A lantern of paper. It glows."


@pytest.mark.parametrize(
    "sentence",
    [
        "See-through cloth is thin.",
        "See through the glass, all is green.",
        "For example, a hat used as a bowl.",
        "For those who use swords.",
        "A tool to use in a forge.",
        "Contrast between light and dark.",
        "If it rains, it is carried open.",
        "Used to draw water from a well.",
        "Use this tag when a hat is on fire.",
        "Worn in issue #3 of the comic.",
    ],
)
def test_a_sentence_that_only_looks_like_a_hint_is_kept(sentence: str) -> None:
    assert definition(sentence) == sentence


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ("A hat (post #1).", "A hat."),
        ("A hat (see post #1, post #2) of straw.", "A hat of straw."),
        ("A hat such as post #1 or post #2, of straw.", "A hat, of straw."),
        ("A hat (worn by tall farmers, e.g. post #1).", "A hat (worn by tall farmers)."),
        ("A hat sold at https://example.com.", "A hat sold."),
        ("A hat, not to be confused with [[cap]].", "A hat."),
        ("A hat (not to be confused with [[cap]]) of straw.", "A hat of straw."),
        ('A hat of the "Alps":https://example.com/alps people.', "A hat of the Alps people."),
    ],
)
def test_post_numbers_and_addresses_leave_no_gap(body: str, meaning: str) -> None:
    assert definition(body) == meaning


def test_a_very_long_definition_is_cut_after_a_sentence() -> None:
    meaning = definition("A hat is worn on the head. " * 10_000)
    assert 3_900 < len(meaning) <= 4_000
    assert meaning.endswith("on the head.")
