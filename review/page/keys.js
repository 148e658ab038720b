// The keyboard shortcuts, and the help that explains them.

const KEYS = [
  ["j", "k", "next and previous picture"],
  ["Enter", "open the picture"],
  ["e", "edit the caption; Ctrl and Enter keep it"],
  ["a", "caption this again"],
  ["←", "→", "page before and next page; in one picture, the picture before and the next"],
  ["/", "search"],
  ["r", "find and replace in many captions"],
  ["t", "light, dark, or as the system"],
  ["Esc", "close, or leave the search"],
  ["?", "this help"],
];

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return onChord(event);
  if (event.key === "Escape") return onEscape(event);
  if (event.target.closest("input, select, textarea") || byId("keys").open || byId("bulk").open) return undefined;
  const act = byId("detail").open ? detailKeys[event.key] : listKeys[event.key];
  if (!act) return undefined;
  event.preventDefault();
  return act();
}

function onChord(event) {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.id === "caption-text") keepEdit(event.target.value);
}

function onEscape(event) {
  if (open.editing) {
    event.preventDefault();
    edit(false);
  } else if (event.target.matches("input")) event.target.blur();
}

const listKeys = {
  j: () => moveFocus(1),
  k: () => moveFocus(-1),
  e: () => openFocused({ editing: true }),
  a: () => markFocused(),
  ArrowLeft: () => turnPage(-1),
  ArrowRight: () => turnPage(1),
  "/": () => byId("search").focus(),
  r: () => openBulk(),
  t: () => nextTheme(),
  "?": () => showKeys(),
};

const detailKeys = {
  j: () => step(1),
  k: () => step(-1),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  e: () => edit(true),
  a: () => toggleAgain(),
  t: () => nextTheme(),
  "?": () => showKeys(),
};

/** The place on the page of the focused picture, -1 if none is focused. */
function focused() {
  return Number(document.activeElement.closest(".card")?.querySelector(".open").dataset.at ?? -1);
}

function moveFocus(by) {
  const at = focused() + (focused() < 0 && by < 0 ? 0 : by);
  const button = byId("cards").querySelector(`[data-at="${at}"]`);
  button?.focus();
  button?.closest(".card").scrollIntoView({ block: "nearest" });
}

function openFocused(how) {
  if (focused() >= 0) openDetail(focused(), how);
}

function markFocused() {
  const at = focused(), picture = onPage()[at];
  if (!picture || !canBeCorrected(picture) || isReworded(picture)) return;
  markAgain(picture, !isMarkedAgain(picture));
  showFilters();
  showPage();
  byId("cards").querySelector(`[data-at="${at}"]`).focus();
}

/** What becomes of corrections, and the command that goes with it; a page that is served tells something else. */
let howKept = ["Corrections stay in this browser until you save them as a file, which you then give to the program:", "python caption.py --apply corrections.json"];

function showKeys() {
  const list = element("dl", {}, ...KEYS.map((row) => {
    const keys = row.slice(0, -1).map((key) => element("kbd", { text: key }));
    return element("div", {}, element("dt", {}, ...keys), element("dd", { text: row[row.length - 1] }));
  }));
  byId("keys").replaceChildren(
    element("div", { class: "bar-of-buttons" }, element("h2", { id: "keys-title", text: "How to use this page" }),
      iconButton("Close (Esc)", "×", () => byId("keys").close(), false)),
    element("p", { text: `Open a picture to edit its caption, or to have it captioned again. ${howKept[0]}` }),
    element("pre", { text: howKept[1] }),
    element("p", { text: "Later runs keep your captions." }),
    element("p", { class: "legend" }, ...[SAID, MISSED, PERHAPS, CONTRADICTED].map((mark) => element("span", { class: `tag mark-${mark}`, text: `a tag that is ${MARK_WORDS[mark]}` }))),
    list);
  byId("keys").showModal();
}
