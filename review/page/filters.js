// Which pictures are shown, and in which order.

const STATES = [
  { key: "failed", label: "Failed", holds: (picture) => picture.failures.length > 0 },
  { key: "refused", label: "Refused", holds: ({ refused }) => Boolean(refused) },
  { key: "excluded", label: "Excluded", holds: (picture) => Boolean(picture.excluded) },
  { key: "waiting", label: "No caption yet", holds: (picture) => !picture.caption && !picture.excluded && !picture.failures.length },
  { key: "waits", label: "Waits for an answer", holds: (picture) => Boolean(picture.waits) },
  { key: "low", label: "Low coverage", holds: isLow },
  { key: "faulty", label: "Faults", holds: (picture) => picture.faults.length > 0 },
  { key: "adding", label: "Adds to the tags", holds: (picture) => picture.adds.length > 0 },
  { key: "floor", label: "The draft was better", holds: (picture) => Boolean(picture.floor) },
  { key: "draft", label: "Drafts", holds: (picture) => Boolean(picture.draft) },
  { key: "edited", label: "Edited", holds: (picture) => Boolean(picture.edited) },
  { key: "changed", label: "Changed", holds: (picture) => Boolean(picture.changed) },
  { key: "again", label: "To be done again", holds: (picture) => Boolean(picture.again) },
  { key: "corrected", label: "My corrections", holds: isCorrected },
];

const SORTS = {
  "Needs attention first": (one, other) => attention(other) - attention(one) || attentionTies(one, other),
  "As in the folder": (one, other) => one.order - other.order,
  "Lowest coverage first": (one, other) => (one.score ?? 2) - (other.score ?? 2),
  "Most contradictions first": (one, other) => markCount(other, CONTRADICTED) - markCount(one, CONTRADICTED),
  "Shortest caption first": (one, other) => (wordCount(one.caption) || 1e6) - (wordCount(other.caption) || 1e6),
  "Longest caption first": (one, other) => wordCount(other.caption) - wordCount(one.caption),
  "Latest first": (one, other) => (other.time ?? "").localeCompare(one.time ?? ""),
  "Most tokens first": (one, other) => (other.tokens ?? 0) - (one.tokens ?? 0),
  "Slowest first": (one, other) => (other.seconds ?? 0) - (one.seconds ?? 0),
};

function attentionTies(one, other) {
  return attention(one) > 0 ? (one.score ?? 2) - (other.score ?? 2) : 0;
}

const PAGE_SIZE = 48;
const view = {
  states: new Set(), search: "", tag: "", character: "", sort: Object.keys(SORTS)[0], page: 0,
  // The chosen bars of the charts: {label, holds} by the title of the chart.
  ranges: new Map(),
  found: [],
};

function holdsAll(picture, conditions) {
  return conditions.every((holds) => holds(picture));
}

function conditions() {
  const wanted = STATES.filter(({ key }) => view.states.has(key)).map(({ holds }) => holds);
  for (const { holds } of view.ranges.values()) wanted.push(holds);
  if (view.tag) wanted.push(hasTag(view.tag));
  if (view.character) wanted.push(hasTag(view.character));
  // The search comes last, because it takes longest.
  for (const word of view.search.toLowerCase().split(/\s+/).filter(Boolean))
    wanted.push((picture) => searchable(picture).includes(word));
  return wanted;
}

/** A condition: the picture has a tag of exactly these words or, if there is no such tag, one that contains them. */
function hasTag(words) {
  const wanted = words.trim().toLowerCase().replaceAll("_", " ");
  const exact = new Set(), partly = new Set();
  tagRows.forEach(({ lower }, number) => {
    if (lower === wanted) exact.add(number);
    if (lower.includes(wanted)) partly.add(number);
  });
  const numbers = exact.size ? exact : partly;
  return (picture) => picture.tags.some((number) => numbers.has(number));
}

/** Find the pictures again, and stay on a page that exists. */
function find() {
  const wanted = conditions();
  view.found = pictures.filter((picture) => holdsAll(picture, wanted)).sort(SORTS[view.sort]);
  view.page = Math.min(view.page, pageCount() - 1);
}

function pageCount() {
  return Math.max(1, Math.ceil(view.found.length / PAGE_SIZE));
}

function onPage() {
  return view.found.slice(view.page * PAGE_SIZE, (view.page + 1) * PAGE_SIZE);
}

function change(changes) {
  Object.assign(view, { page: 0, ...changes });
  refresh();
}

function toggleState(key) {
  const states = new Set(view.states);
  if (!states.delete(key)) states.add(key);
  change({ states });
}

function toggleRange(chart, label, holds) {
  const ranges = new Map(view.ranges);
  if (ranges.get(chart)?.label === label) ranges.delete(chart);
  else ranges.set(chart, { label, holds });
  change({ ranges });
}

function clearFilters() {
  byId("search").value = byId("tag").value = byId("character").value = "";
  change({ states: new Set(), ranges: new Map(), search: "", tag: "", character: "" });
}

function showFilters() {
  const pressed = (key) => String(view.states.has(key));
  byId("states").replaceChildren(...STATES
    .map((state) => [state, pictures.filter(state.holds).length])
    .filter(([{ key }, count]) => count || view.states.has(key))
    .map(([{ key, label }, count]) => element("button",
      { type: "button", class: "chip", "data-state": key, "aria-pressed": pressed(key), click: () => toggleState(key) },
      label, element("span", { class: "number", text: count.toLocaleString("en") }))));
  const chosen = [...view.ranges].map(([chart, { label }]) => removable(`${chart}: ${label}`, () => toggleRange(chart, label)));
  if (view.tag) chosen.push(removable(`Tag: ${view.tag}`, () => { byId("tag").value = ""; change({ tag: "" }); }));
  const isFiltered = chosen.length || view.states.size || view.search || view.character;
  if (isFiltered) chosen.push(element("button", { type: "button", class: "link", id: "clear", click: clearFilters, text: "Show all" }));
  byId("active").replaceChildren(...chosen);
}

function removable(label, click) {
  return element("button", { type: "button", class: "chip chosen", "aria-label": `Remove the filter ${label}`, click },
    label, element("span", { "aria-hidden": "true", text: "×" }));
}

function showCount() {
  const all = pictures.length, found = view.found.length;
  const what = found === all ? counted(all, "picture") : `${found.toLocaleString("en")} of ${counted(all, "picture")}`;
  byId("count").textContent = pageCount() > 1 ? `${what}, page ${view.page + 1} of ${pageCount()}` : what;
}

function showPages() {
  for (const id of ["pages", "pages-below"]) {
    const step = (by, label, sign) => element("button", {
      type: "button", class: "icon", "aria-label": label, text: sign,
      disabled: view.page + by < 0 || view.page + by >= pageCount(), click: () => turnPage(by),
    });
    byId(id).hidden = pageCount() === 1;
    byId(id).replaceChildren(step(-1, "Page before", "‹"), pageChooser(), step(1, "Next page", "›"));
  }
}

function pageChooser() {
  const numbers = Array.from({ length: pageCount() }, (_, page) =>
    element("option", { value: page, selected: page === view.page, text: `${page + 1}` }));
  return element("select", { "aria-label": "Page", change: (event) => goToPage(Number(event.target.value)) }, ...numbers);
}

function turnPage(by) {
  const page = view.page + by;
  if (page >= 0 && page < pageCount()) goToPage(page);
}

function goToPage(page) {
  change({ page });
  byId("pictures").scrollIntoView();
}

function fillFields() {
  const counts = new Map();
  for (const picture of pictures) for (const number of picture.tags) counts.set(number, (counts.get(number) ?? 0) + 1);
  const common = [...counts].sort((one, other) => other[1] - one[1]);
  const option = ([number, count]) => element("option", { value: tagRows[number].words, text: `${tagRows[number].words} (${count})` });
  byId("tags").append(...common.slice(0, 500).map(([number]) => element("option", { value: tagRows[number].words })));
  const characters = common.filter(([number]) => tagRows[number].category === "character").slice(0, 500);
  byId("character").append(element("option", { value: "", text: "All characters" }), ...characters.map(option));
  byId("character").hidden = !characters.length;
  byId("sort").append(...Object.keys(SORTS).map((label) => element("option", { text: label })));
}
