// One picture in full: caption, tags, what changed, and an editor for the caption.

/** The open picture, by its place among those found. */
const open = { at: -1, editing: false };

function openPicture() {
  return byId("detail").open ? view.found[open.at] : undefined;
}

/** Open a picture by its place on the page. */
function openDetail(atOnPage, { editing = false } = {}) {
  open.at = view.page * PAGE_SIZE + atOnPage;
  open.editing = editing && canBeCorrected(view.found[open.at]);
  showDetail();
  if (!byId("detail").open) byId("detail").showModal();
  focusIn(open.editing ? "#caption-text" : "#detail-name");
}

function step(by) {
  const at = open.at + by;
  if (open.editing || at < 0 || at >= view.found.length) return;
  open.at = at;
  const page = Math.floor(at / PAGE_SIZE);
  if (page !== view.page) {
    view.page = page;
    showPage();
  }
  showDetail();
  focusIn("#detail-name");
}

function focusIn(selector) {
  byId("detail").querySelector(selector)?.focus();
}

/** Show the open picture. While it is the same one, the picture and the place on the page stay as they are. */
function showDetail() {
  const picture = view.found[open.at], dialog = byId("detail");
  const isSame = dialog.dataset.name === picture.name && dialog.childElementCount > 0;
  const { scrollTop } = dialog;
  const bar = detailBar(), words = detailWords(picture);
  if (isSame) {
    dialog.querySelector(".bar-of-buttons").replaceWith(bar);
    dialog.querySelector(".words").replaceWith(words);
  } else dialog.replaceChildren(bar, element("div", { class: "halves" }, pictureLink(picture), words));
  dialog.dataset.name = picture.name;
  dialog.scrollTop = isSame ? scrollTop : 0;
  if (open.editing) look();
}

function detailBar() {
  return element("div", { class: "bar-of-buttons" },
    iconButton("Picture before (k)", "‹", () => step(-1), open.at === 0),
    iconButton("Next picture (j)", "›", () => step(1), open.at === view.found.length - 1),
    element("span", { class: "quiet", text: `${(open.at + 1).toLocaleString("en")} of ${view.found.length.toLocaleString("en")}` }),
    iconButton("Close (Esc)", "×", closeDetail, false));
}

function detailWords(picture) {
  return element("div", { class: "words" },
    element("h2", { id: "detail-name", tabindex: "-1" }, element("bdi", { text: picture.file })),
    badges(picture),
    ...picture.failures.map(([, , message]) => element("p", { class: "why", text: message })),
    picture.excluded ? element("p", { class: "why", text: picture.excluded }) : null,
    ...captionPart(picture),
    ...tagPart(picture),
    ...textPart("Description", picture.description),
    ...changePart(picture),
    facts(picture));
}

function iconButton(label, sign, click, disabled) {
  return element("button", { type: "button", class: "icon", "aria-label": label, title: label, text: sign, click, disabled });
}

function pictureLink(picture) {
  const shown = thumbnail(picture, { loading: "eager" });
  const image = shown.querySelector("img");
  if (!image) return shown;
  image.alt = picture.file;
  return element("a", { class: "whole", href: image.src, target: "_blank", rel: "noopener", title: "Open the picture itself" }, shown);
}

function captionPart(picture) {
  if (open.editing) return editor(picture);
  const caption = shownCaption(picture);
  const parts = [];
  if (caption) parts.push(element("p", { class: "caption", id: "caption", text: caption }));
  else if (!picture.excluded && !picture.failures.length) parts.push(element("p", { class: "quiet", text: "No caption yet." }));
  if (canBeCorrected(picture)) parts.push(captionActions(picture));
  return parts;
}

function captionActions(picture) {
  const edited = isReworded(picture);
  return element("div", { class: "actions" },
    element("button", { type: "button", id: "edit", click: () => edit(true) }, "Edit ", element("kbd", { text: "e" })),
    element("button", {
      type: "button", id: "again", "aria-pressed": String(isMarkedAgain(picture)), disabled: edited,
      title: edited ? "Discard your words first" : "The next run writes another caption", click: toggleAgain,
    }, "Caption this again ", element("kbd", { text: "a" })),
    edited ? element("button", { type: "button", id: "discard", class: "link", click: discard, text: "Discard my words" }) : null);
}

function editor(picture) {
  const text = element("textarea", { id: "caption-text", rows: "5", maxlength: "20000", "aria-label": `Caption of ${picture.file}`, spellcheck: "true", input: look });
  text.value = shownCaption(picture);
  return [element("div", { class: "editor" }, text, element("div", { class: "actions" },
    element("button", { type: "button", class: "primary", id: "keep", click: () => keepEdit(text.value) }, "Keep ", element("kbd", { text: "Ctrl Enter" })),
    element("button", { type: "button", click: () => edit(false) }, "Cancel ", element("kbd", { text: "Esc" })),
    element("span", { class: "quiet", id: "length", role: "status" })))];
}

/** Show what the text in the editor says: its words, its tokens, and the tags. */
function look() {
  const picture = view.found[open.at], { value } = byId("caption-text"), { encoder, most } = report.tokens;
  // With variants the first line is the caption that should say the tags.
  const first = value.split("\n")[0], tokens = tokenCount(first);
  byId("length").textContent = `${counted(wordCount(first), "word")}, about ${counted(tokens, "token")} of ${encoder}${most ? `, which reads ${most}` : ""}`;
  byId("length").classList.toggle("why", Boolean(most) && tokens > most);
  const text = tidied(value, picture.caption), isBroken = breaksStructure(picture.caption, text);
  if (isBroken) byId("length").textContent = `This is no ${structureOf(picture.caption)} any more: put its signs back.`;
  byId("keep").disabled = !text || isBroken;
  showMarks(picture, marksFor(picture, text));
  clearTimeout(closerLook);
  if (askForMarks && text && text !== picture.caption) closerLook = setTimeout(lookCloser, 300, picture, value);
}

let closerLook = 0;

/** Show what the program's check says of the text, unless somebody has written on meanwhile. */
async function lookCloser(picture, value) {
  const marks = await askForMarks(picture, tidied(value, picture.caption));
  const isSame = open.editing && view.found[open.at] === picture && byId("caption-text").value === value;
  if (isSame && marks.length === picture.tags.length) showMarks(picture, marks);
}

function showMarks(picture, marks) {
  byId("detail").querySelector("ul.tags")?.replaceWith(tagList(picture, { click: filterByTag, marks }));
  byId("detail").querySelector("h3 .legend")?.replaceWith(legend(picture, marks));
}

function edit(editing) {
  open.editing = editing && canBeCorrected(view.found[open.at]);
  showDetail();
  focusIn(open.editing ? "#caption-text" : "#edit");
}

/** Keep what was written, and go back to the list. */
function keepEdit(text) {
  if (byId("keep").disabled) return;
  correct(view.found[open.at], text);
  showFilters();
  showPage();
  closeDetail();
}

function discard() {
  correct(view.found[open.at], "");
  afterCorrection("#edit");
}

function toggleAgain() {
  const picture = view.found[open.at];
  if (!canBeCorrected(picture) || isReworded(picture)) return;
  markAgain(picture, !isMarkedAgain(picture));
  afterCorrection("#again");
}

/** Show the correction. The list is not filtered again, so that the open picture stays in it. */
function afterCorrection(focus) {
  showFilters();
  showPage();
  showDetail();
  focusIn(focus);
}

function tagPart(picture) {
  const marks = shownMarks(picture), list = tagList(picture, { click: filterByTag, marks });
  if (!list) return [];
  const part = (title, name, texts) => (texts.length && !isReworded(picture)
    ? [element("h3", { text: title }), name === "faults"
      ? element("ul", { class: name }, ...texts.map((text) => element("li", { text })))
      : element("p", { class: name, text: texts.join(", ") })]
    : []);
  return [...part("Faults", "faults", picture.faults), ...part("Adds to the tags", "adds", picture.adds),
    element("h3", { class: "line" }, "Tags", legend(picture, marks)), list];
}

function legend(picture, marks) {
  return element("span", { class: "legend" }, ...[SAID, MISSED, PERHAPS, CONTRADICTED].filter((mark) => markCount(picture, mark, marks))
    .map((mark) => element("span", { class: `tag mark-${mark}`, text: `${markCount(picture, mark, marks)} ${MARK_WORDS[mark]}` })));
}

function filterByTag(words) {
  closeDetail();
  byId("tag").value = words;
  change({ tag: words });
}

function textPart(title, text) {
  return text ? [element("h3", { text: title }), element("p", { class: "prose", text })] : [];
}

function changePart(picture) {
  const now = shownCaption(picture);
  const before = isReworded(picture) ? picture.caption : picture.before ?? "";
  if (!before || !now || before === now) return [];
  const pieces = difference(before, now);
  const side = (title, name, kind) => element("div", {}, element("h4", { text: title }),
    element("p", { class: "prose" }, ...pieces.filter(([each]) => each === "same" || each === kind)
      .map(([each, text]) => (each === "same" ? text : element(name, { text })))));
  return [element("h3", { text: "What changed" }),
    element("div", { class: "sides" }, side("Before", "del", "old"), side("Now", "ins", "new"))];
}

function facts(picture) {
  const rows = [
    ["Model", picture.edited ? "none: by hand" : picture.model],
    ["Shown to it", picture.sees ? "the picture and its tags" : ""],
    ["Tokens", picture.tokens?.toLocaleString("en")],
    ["Seconds", picture.seconds?.toLocaleString("en")],
    ["Words", wordCount(shownCaption(picture)) || ""],
    ["Written", picture.time ? new Date(picture.time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) : ""],
  ].filter(([, value]) => value);
  return rows.length ? element("dl", { class: "facts" }, ...rows.map(([term, value]) =>
    element("div", {}, element("dt", { text: term }), element("dd", { text: value })))) : null;
}

function closeDetail() {
  open.editing = false;
  byId("detail").close();
}

/** Back in the list, focus the picture that was open. */
function afterClosing() {
  open.editing = false;
  byId("cards").querySelector(`[data-at="${open.at - view.page * PAGE_SIZE}"]`)?.focus();
}
