// The cards: the pictures on one page of the list.

function showCards() {
  const shown = onPage();
  const cards = shown.map(card);
  if (!shown.length) {
    cards.push(element("li", { class: "none" }, element("p", { text: pictures.length ? "No picture matches." : "There are no pictures yet." }),
      pictures.length ? element("button", { type: "button", class: "link", click: clearFilters, text: "Show all" }) : null));
  }
  byId("cards").replaceChildren(...cards);
}

function card(picture, at) {
  return element("li", { class: "card" },
    thumbnail(picture, { loading: "lazy" }),
    element("div", { class: "words" },
      element("h3", {}, element("button", { type: "button", class: "open", "data-at": at, click: () => openDetail(at) },
        element("bdi", { text: picture.file }))),
      badges(picture),
      cardText(picture),
      coverageBar(picture),
      tagList(picture, { only: [CONTRADICTED, MISSED], most: 6 })));
}

function thumbnail(picture, { loading }) {
  if (!picture.src) return placeholder(picture.excluded ? "Never sent" : "No preview");
  const image = element("img", { src: report.images + picture.src, alt: "", loading, decoding: "async" });
  image.addEventListener("error", () => image.replaceWith(placeholder("Not found")), { once: true });
  return element("div", { class: "picture" }, image);
}

function placeholder(text) {
  return element("div", { class: "picture empty" }, element("span", { text }));
}

function cardText(picture) {
  if (picture.excluded) return element("p", { class: "why", text: picture.excluded });
  const failure = picture.failures.length ? element("p", { class: "why", text: picture.failures[0][2] }) : null;
  const caption = shownCaption(picture);
  if (!caption) return failure ?? element("p", { class: "quiet", text: "No caption yet." });
  return element("p", { class: "caption", text: caption, lang: "" });
}

function badges(picture) {
  const list = [];
  if (picture.excluded) list.push(badge("bad", "excluded"));
  for (const [, reason] of picture.failures) list.push(badge("bad", reason));
  if (picture.floor) list.push(badge("plain", "the draft was better", `The model's text ${picture.floor}`));
  if (picture.draft) list.push(badge("plain", "draft", "Composed from the tags, without a model"));
  if (picture.edited) list.push(badge("plain", "edited", "Written by hand; no run overwrites it"));
  if (picture.changed) list.push(badge("accent", "changed", "Another caption than before"));
  if (picture.again) list.push(badge("accent", "to be done again", "The next run writes another caption"));
  if (picture.waits) list.push(badge("accent", "waits", "It is asked about in a batch file, and the answer is not there yet"));
  if (picture.read) list.push(badge("plain", "read", "The model read this caption again, and found no other words for what is missed"));
  if (picture.faults.length) list.push(badge("bad", counted(picture.faults.length, "fault")));
  if (picture.adds.length) list.push(badge("plain", "adds to the tags", `No tag, meaning or description speaks of: ${picture.adds.join(", ")}`));
  list.push(...[correctionBadge(picture)].filter(Boolean));
  return list.length ? element("p", { class: "badges" }, ...list) : null;
}

/** The shares of said, contradicted and missed tags as one bar, and in words for screen readers. */
function coverageBar(picture) {
  if (!picture.marks || isReworded(picture)) return null;
  const parts = [SAID, PERHAPS, CONTRADICTED, MISSED].map((mark) => [mark, markCount(picture, mark)]).filter(([, count]) => count);
  const words = parts.map(([mark, count]) => `${count} ${MARK_WORDS[mark]}`).join(", ");
  const rest = picture.marks.length - markCount(picture, SAID) - markCount(picture, NOT_CHECKED);
  const bar = element("span", { class: "coverage", "aria-hidden": "true" }, ...parts.map(([mark, count]) => {
    const part = element("span", { class: `mark-${mark}` });
    part.style.flexGrow = mark === SAID ? picture.score : (1 - picture.score) * count / rest;
    return part;
  }));
  return element("p", { class: "score", title: `Tags: ${words}` }, bar, element("span", { text: percent(picture.score) }),
    element("span", { class: "unseen", text: ` of the tags: ${words}` }));
}

/** The tags of a picture, coloured by their marks; `only` lists the marks to show, at `most` so many tags. */
function tagList(picture, { only, most = Infinity, click, marks = shownMarks(picture) } = {}) {
  const all = picture.tags.map((number, at) => ({ ...tagRows[number], mark: marks[at] ?? NOT_CHECKED }));
  const wanted = only ? only.flatMap((mark) => all.filter((tag) => tag.mark === mark)) : all;
  if (!wanted.length) return null;
  const items = wanted.slice(0, most).map((tag) => element("li", {}, tagMark(tag, click)));
  if (wanted.length > most) items.push(element("li", { class: "quiet", text: `and ${wanted.length - most} more` }));
  return element("ul", { class: "tags" }, ...items);
}

function tagMark({ words, mark, category }, click) {
  const spoken = mark === NOT_CHECKED ? null : element("span", { class: "unseen", text: `, ${MARK_WORDS[mark]}` });
  const title = [category, MARK_WORDS[mark]].filter(Boolean).join(", ");
  const attributes = { class: `tag mark-${mark}`, title };
  return click
    ? element("button", { type: "button", ...attributes, click: () => click(words) }, words, spoken)
    : element("span", attributes, words, spoken);
}
