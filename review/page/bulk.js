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
      element("label", {}, "What ", element("select", { id: "bulk-act", change: showBulk }, ...Object.entries(ACTS).map(([value, text]) => option(value, text)))),
      element("label", {}, "In ", element("select", { id: "bulk-scope", change: showBulk }, option("all", "all captions"),
        filtered ? option("found", `those of the ${counted(view.found.length, "picture")} shown`, true) : null)),
      element("label", { id: "bulk-find-label" }, "Find ", element("input", { id: "bulk-find", autocomplete: "off" })),
      element("label", {}, element("span", { id: "bulk-words-label" }), element("input", { id: "bulk-words", autocomplete: "off" })),
      element("label", { class: "tick", id: "bulk-case-label" }, element("input", { type: "checkbox", id: "bulk-case" }), " small and capital letters differ"),
      element("label", { class: "tick", id: "bulk-whole-label" }, element("input", { type: "checkbox", id: "bulk-whole", checked: true }), " whole words only"),
      element("label", { class: "tick", id: "bulk-pattern-label" }, element("input", { type: "checkbox", id: "bulk-pattern" }), " as a pattern (regular expression; $1 is its first group)")),
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
  const pattern = new RegExp(`${edge(wanted[0], "(?<![\\p{L}\\p{N}_])")}${escaped}${edge(wanted.at(-1), "(?![\\p{L}\\p{N}_])")}`, bulkFlags());
  return (line) => [line.replace(pattern, () => words), (line.match(pattern) ?? []).length];
}

function bulkFlags() {
  return byId("bulk-case").checked ? "gu" : "giu";
}

/** The pairs of `bulkChange` for each line of each caption; a pattern is searched for where it can be stopped. */
function bulkLines(captions) {
  const lines = captions.map((caption) => caption.split("\n"));
  if (byId("bulk-act").value !== "replace" || !byId("bulk-pattern").checked || !byId("bulk-find").value) {
    const change = bulkChange();
    return lines.map((each) => each.map(change));
  }
  return replacedByPattern(byId("bulk-find").value, bulkFlags(), byId("bulk-words").value, lines);
}

/** The captions that would change: {picture, before, after, places}, and how many stay that would be empty or lose their structure. */
async function bulkResult() {
  const scope = byId("bulk-scope").value === "found" ? view.found : pictures;
  const wanted = scope.filter((picture) => shownCaption(picture) && canBeCorrected(picture) && !isMarkedAgain(picture));
  const lines = await bulkLines(wanted.map(shownCaption));
  const result = { changed: [], empty: 0, broken: 0 };
  wanted.forEach((picture, at) => {
    const before = shownCaption(picture), after = tidied(lines[at].map(([text]) => text).join("\n"), before);
    if (after === before) return;
    if (!after) result.empty += 1;
    else if (breaksStructure(before, after)) result.broken += 1;
    else result.changed.push({ picture, before, after, places: lines[at].reduce((sum, [, count]) => sum + count, 0) });
  });
  return result;
}

/** What was found last, which is what the button does. */
let bulkFound = null;

async function showBulk() {
  const isReplacing = byId("bulk-act").value === "replace", isPattern = byId("bulk-pattern").checked;
  for (const name of ["find", "case", "pattern"]) byId(`bulk-${name}-label`).hidden = !isReplacing;
  byId("bulk-whole-label").hidden = !isReplacing || isPattern;
  byId("bulk-words-label").textContent = isReplacing ? "Replace with " : "Words ";
  byId("bulk-do").disabled = true;
  const asked = bulkResult();
  bulkFound = asked;
  try {
    const result = await asked;
    // Somebody may have written on meanwhile.
    if (bulkFound === asked) showBulkResult(result, isReplacing);
  } catch (error) {
    if (bulkFound !== asked) return;
    byId("bulk-count").textContent = error.message;
    byId("bulk-preview").replaceChildren();
  }
}

function showBulkResult({ changed, empty, broken }, isReplacing) {
  const places = changed.reduce((sum, each) => sum + each.places, 0);
  const stays = (count, why) => (count ? `; ${counted(count, "caption")} would ${why}, and ${count === 1 ? "stays" : "stay"} as ${count === 1 ? "it is" : "they are"}` : "");
  byId("bulk-count").textContent = `${counted(changed.length, "caption")} would change${isReplacing ? `, in ${counted(places, "place")}` : ""}`
    + `${stays(empty, "be empty")}${stays(broken, "be no JSON or XML of its style any more")}.`;
  byId("bulk-do").textContent = `Change ${counted(changed.length, "caption")}`;
  byId("bulk-do").disabled = !changed.length;
  byId("bulk-preview").replaceChildren(...changed.slice(0, MOST_PREVIEWED).map(({ picture, before, after }) => element("li", {},
    element("bdi", { class: "quiet", text: picture.file }),
    element("p", {}, ...difference(before, after).map(([kind, text]) => (kind === "same" ? text : element(kind === "old" ? "del" : "ins", { text })))))));
}

async function doBulk() {
  const { changed } = await bulkFound;
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
