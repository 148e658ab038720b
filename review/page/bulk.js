// One change of many captions: find and replace, or words before or behind each. It is shown before it is made.

const ACTS = { replace: "Find and replace", before: "Put words before", behind: "Put words behind" };
const MOST_PREVIEWED = 5;
/** The captions, by their pictures, that were there before the last change. */
let lastBulk = new Map();

function openBulk() {
  const filtered = view.found.length < pictures.length;
  const option = (value, text, selected) => element("option", { value, text, selected });
  byId("bulk").replaceChildren(
    element("div", { class: "bar-of-buttons" }, element("h2", { id: "bulk-title", text: "Change many captions" }),
      iconButton("Close (Esc)", "×", () => byId("bulk").close(), false)),
    element("div", { class: "fields", input: showBulk },
      element("label", {}, "What ", element("select", { id: "bulk-act" }, ...Object.entries(ACTS).map(([value, text]) => option(value, text)))),
      element("label", {}, "In ", element("select", { id: "bulk-scope" }, option("all", "all captions"),
        filtered ? option("found", `those of the ${counted(view.found.length, "picture")} shown`, true) : null)),
      element("label", { id: "bulk-find-label" }, "Find ", element("input", { id: "bulk-find", autocomplete: "off" })),
      element("label", {}, element("span", { id: "bulk-words-label" }), element("input", { id: "bulk-words", autocomplete: "off" })),
      element("label", { class: "tick", id: "bulk-case-label" }, element("input", { type: "checkbox", id: "bulk-case" }), " small and capital letters differ"),
      element("label", { class: "tick", id: "bulk-whole-label" }, element("input", { type: "checkbox", id: "bulk-whole", checked: true }), " whole words only")),
    element("p", { id: "bulk-count", role: "status" }),
    element("ol", { id: "bulk-preview" }),
    element("div", { class: "actions" },
      element("button", { type: "button", class: "primary", id: "bulk-do", click: doBulk }),
      lastBulk.size ? element("button", { type: "button", id: "bulk-back", text: `Take back the last change of ${counted(lastBulk.size, "caption")}`, click: takeBulkBack }) : null));
  showBulk();
  byId("bulk").showModal();
  byId("bulk-find").focus();
}

/** What is asked for, as a function from a line of a caption to the pair of its new text and the number of places. */
function bulkChange() {
  const words = byId("bulk-words").value, act = byId("bulk-act").value;
  if (act === "before") return (line) => [words.trim() ? `${words.trim()} ${line}` : line, 1];
  if (act === "behind") return (line) => [words.trim() ? `${line}${/^[,.;:!?]/.test(words.trim()) ? "" : " "}${words.trim()}` : line, 1];
  const wanted = byId("bulk-find").value;
  if (!wanted) return (line) => [line, 0];
  const escaped = wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const edge = (sign, side) => (byId("bulk-whole").checked && /[\p{L}\p{N}_]/u.test(sign) ? side : "");
  const pattern = new RegExp(`${edge(wanted[0], "(?<![\\p{L}\\p{N}_])")}${escaped}${edge(wanted.at(-1), "(?![\\p{L}\\p{N}_])")}`, byId("bulk-case").checked ? "gu" : "giu");
  return (line) => [line.replace(pattern, () => words), (line.match(pattern) ?? []).length];
}

/** The captions that would change: {picture, before, after, places}, and how many would be left empty. */
function bulkResult() {
  const change = bulkChange(), changed = [];
  let empty = 0;
  for (const picture of byId("bulk-scope").value === "found" ? view.found : pictures) {
    const before = shownCaption(picture);
    if (!before || !canBeCorrected(picture) || isMarkedAgain(picture)) continue;
    const lines = before.split("\n").map(change), after = tidied(lines.map(([text]) => text).join("\n"), before);
    if (after === before) continue;
    if (after) changed.push({ picture, before, after, places: lines.reduce((sum, [, count]) => sum + count, 0) });
    else empty += 1;
  }
  return { changed, empty };
}

function showBulk() {
  const isReplacing = byId("bulk-act").value === "replace", { changed, empty } = bulkResult();
  for (const name of ["find", "case", "whole"]) byId(`bulk-${name}-label`).hidden = !isReplacing;
  byId("bulk-words-label").textContent = isReplacing ? "Replace with " : "Words ";
  const places = changed.reduce((sum, each) => sum + each.places, 0);
  byId("bulk-count").textContent = `${counted(changed.length, "caption")} would change${isReplacing ? `, in ${counted(places, "place")}` : ""}`
    + `${empty ? `; ${counted(empty, "caption")} would be empty, and ${empty === 1 ? "stays" : "stay"} as ${empty === 1 ? "it is" : "they are"}` : ""}.`;
  byId("bulk-do").textContent = `Change ${counted(changed.length, "caption")}`;
  byId("bulk-do").disabled = !changed.length;
  byId("bulk-preview").replaceChildren(...changed.slice(0, MOST_PREVIEWED).map(({ picture, before, after }) => element("li", {},
    element("bdi", { class: "quiet", text: picture.file }),
    element("p", {}, ...difference(before, after).map(([kind, text]) => (kind === "same" ? text : element(kind === "old" ? "del" : "ins", { text })))))));
}

function doBulk() {
  const { changed } = bulkResult();
  lastBulk = new Map(changed.map(({ picture, before }) => [picture, before]));
  correctAll(changed.map(({ picture, after }) => [picture, after]));
  closeBulk(`${counted(changed.length, "caption")} changed`);
}

function takeBulkBack() {
  const count = lastBulk.size;
  correctAll(lastBulk);
  lastBulk = new Map();
  closeBulk(`${counted(count, "caption")} as before`);
}

function closeBulk(words) {
  byId("bulk").close();
  refresh();
  toast(`${words}. ${savingHint()}`);
}
