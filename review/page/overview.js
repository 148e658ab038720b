// The totals, the charts and the findings at the top, all folded in lines. Each bar of a chart is a button that filters the pictures.

function showOverview() {
  const { totals } = report;
  byId("made").textContent = `${counted(totals.pictures, "picture")}, as of ${new Date(report.made).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" })}`;
  const shown = pictures.filter(({ unusable }) => !unusable).length;
  byId("chosen").hidden = shown >= totals.pictures;
  byId("chosen").textContent = `This page shows ${counted(shown, "picture")} of ${totals.pictures.toLocaleString("en")}: `
    + "failures, the last run, those without a caption, and the latest of the others.";
  byId("totals").replaceChildren(...totalsList().map(([value, words]) => element("span", {}, element("strong", { text: value }), ` ${words}`)));
}

/** The totals: pairs of a number and what it counts. */
function totalsList() {
  const { totals } = report;
  const lengths = pictures.map(({ caption }) => wordCount(caption)).filter(Boolean).sort((one, other) => one - other);
  const scores = pictures.map(({ score }) => score).filter((score) => score !== undefined);
  const number = (state) => pictures.filter(STATES.find(({ key }) => key === state).holds).length;
  const list = [[totals.captions.toLocaleString("en"), `of ${counted(totals.pictures, "caption")}`]];
  if (scores.length) list.push([percent(scores.reduce((sum, score) => sum + score, 0) / scores.length), "of the tags said"]);
  if (lengths.length) list.push([lengths[lengths.length >> 1], "words in the middle caption"]);
  for (const [state, words] of [["failed", "failed"], ["excluded", "excluded"], ["faulty", "with faults"], ["draft", "drafts"], ["edited", "edited"]])
    if (number(state)) list.push([number(state).toLocaleString("en"), words]);
  if (totals.completion_tokens) list.push([compact(totals.prompt_tokens + totals.completion_tokens), "tokens"]);
  return list;
}

/** What stands out in the captions as a whole; each finding can be followed to its pictures. */
function showFindings() {
  const { findings } = report;
  byId("findings").hidden = !findings.length;
  byId("findings").querySelector("summary").textContent = `${counted(findings.length, "thing")} to know about these captions together`;
  byId("findings").querySelector("ul").replaceChildren(...findings.map(({ text, pictures: places }) => element("li", {}, text, " ",
    element("button", { type: "button", class: "link", text: `Show ${places.length === 1 ? "it" : `these ${places.length.toLocaleString("en")}`}`,
      click: () => showPlaces(text, new Set(places)) }))));
}

function showPlaces(text, places) {
  clearFilters();
  toggleRange("Found", text.length > 60 ? `${text.slice(0, 60)}…` : text, ({ order }) => places.has(order));
  byId("pictures").scrollIntoView();
}

function compact(number) {
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(number);
}

function showCharts() {
  byId("charts").replaceChildren(...[lengthChart(), coverageChart(), reasonChart(), missedChart()].filter(Boolean));
}

function lengthChart() {
  const lengths = pictures.map(({ caption }) => wordCount(caption)).filter(Boolean);
  if (!lengths.length) return null;
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const shortest = lengths.reduce((least, length) => Math.min(least, length), longest);
  const step = [2, 5, 10, 20, 25, 50, 100, 200, 500].find((size) => (longest - shortest) / size < 12) ?? 1000;
  const first = Math.floor(shortest / step);
  const bins = Array.from({ length: Math.floor(longest / step) + 1 - first }, (_, at) => {
    const from = (first + at) * step, to = from + step;
    return { label: `${from}–${to - 1} words`, tick: from, holds: ({ caption }) => caption && wordCount(caption) >= from && wordCount(caption) < to };
  });
  return histogram("Caption length", "words", bins, lengths.map((length) => Math.floor(length / step) - first));
}

function coverageChart() {
  const at = (score) => Math.min(9, Math.floor(score * 10 + 1e-9));
  const scores = pictures.filter(({ score }) => score !== undefined).map(({ score }) => at(score));
  if (!scores.length) return null;
  const bins = Array.from({ length: 10 }, (_, bin) => (
    { label: `${bin * 10}–${bin * 10 + 10} %`, tick: bin * 10, holds: ({ score }) => score !== undefined && at(score) === bin }));
  return histogram("Coverage", "% of the tags said", bins, scores);
}

/** Vertical bars; `places` has the number of the bin for each picture. */
function histogram(title, unit, bins, places) {
  const counts = new Array(bins.length).fill(0);
  for (const place of places) counts[place] += 1;
  const most = Math.max(...counts);
  return chart(title, unit, element("div", { class: "histogram" }, ...bins.map((bin, at) => {
    const bar = barButton(title, bin, counts[at]);
    bar.style.setProperty("--share", counts[at] / most);
    bar.append(element("span", { class: "tick", "aria-hidden": "true", text: bin.tick }));
    return bar;
  })));
}

function reasonChart() {
  const counts = new Map();
  for (const picture of pictures) if (picture.failures.length) counts.set(reasonOf(picture), (counts.get(reasonOf(picture)) ?? 0) + 1);
  return horizontalBars("Failures", "by reason", counts, (reason) => (picture) => reasonOf(picture) === reason);
}

function missedChart() {
  const counts = new Map();
  for (const picture of pictures)
    picture.tags.forEach((number, at) => {
      if (picture.marks[at] === MISSED) counts.set(number, (counts.get(number) ?? 0) + 1);
    });
  const words = new Map([...counts].map(([number, count]) => [tagRows[number].words, count]));
  const misses = (tag) => (picture) => picture.tags.some((number, at) => tagRows[number].words === tag && picture.marks[at] === MISSED);
  return horizontalBars("Missed most", "tags", words, misses);
}

function horizontalBars(title, unit, counts, holding) {
  const rows = [...counts].sort((one, other) => other[1] - one[1]).slice(0, 6);
  if (!rows.length) return null;
  return chart(title, unit, element("div", { class: "horizontal" }, ...rows.map(([label, count]) => {
    const bar = barButton(title, { label, holds: holding(label) }, count);
    bar.style.setProperty("--share", count / rows[0][1]);
    bar.append(element("span", { class: "name", text: label }), element("span", { class: "number", text: count.toLocaleString("en") }));
    return bar;
  })));
}

function chart(title, unit, bars) {
  return element("section", { class: "chart" }, element("h2", {}, title, " ", element("small", { text: unit })), bars);
}

function barButton(title, { label, holds }, count) {
  return element("button", {
    type: "button", disabled: !count, "data-chart": title, "data-label": label, title: `${label}: ${counted(count, "picture")}`,
    "aria-label": `${title} ${label}: ${counted(count, "picture")}`,
    "aria-pressed": String(view.ranges.get(title)?.label === label), click: () => toggleRange(title, label, holds),
  }, element("span", { class: "bar", "aria-hidden": "true" }));
}

/** Mark the chosen bars. The charts are not drawn again, so that the focus stays where it is. */
function showChosenBars() {
  for (const bar of byId("charts").querySelectorAll("button")) {
    const { chart, label } = bar.dataset;
    bar.setAttribute("aria-pressed", String(view.ranges.get(chart)?.label === label));
  }
}
