// The data of the report, and what is computed from it for each picture.

/** The data of the page. The first pictures come before the script, so that they are shown before the others are read. */
const report = takeBlock("first");
const pictures = [];

const LOW_COVERAGE = 0.6;
const SAID = "s", MISSED = "m", PERHAPS = "p", CONTRADICTED = "c", NOT_CHECKED = "-";
const MARK_WORDS = { [SAID]: "said", [MISSED]: "missed", [PERHAPS]: "perhaps unsaid", [CONTRADICTED]: "contradicted", [NOT_CHECKED]: "not checked" };

const tagRows = report.tags.map(([words, category]) => ({ words, category, lower: words.toLowerCase() }));

function takeBlock(id) {
  const block = byId(id), values = JSON.parse(block.textContent);
  block.remove();
  return values;
}

function addPictures(entries) {
  for (const entry of entries)
    pictures.push({ caption: "", description: "", tags: [], failures: [], faults: [], adds: [], marks: "", ...entry, order: pictures.length });
}

/** The text that a search looks through. It is made when it is first needed, because most pictures never are searched. */
function searchable(picture) {
  picture.searchable ??= [picture.file, shownCaption(picture), picture.description, tagWords(picture).join(", ")]
    .join("\n").toLowerCase();
  return picture.searchable;
}

function tagWords(picture) {
  return picture.tags.map((number) => tagRows[number].words);
}

function wordCount(text) {
  return text ? text.trim().split(/\s+/).length : 0;
}

function reasonOf(picture) {
  return picture.failures.length ? picture.failures[0][1] : "";
}

function isLow(picture) {
  return picture.score !== undefined && picture.score < LOW_COVERAGE;
}

/** How many tags of a picture have a mark. */
function markCount(picture, mark) {
  let count = 0;
  for (const each of picture.marks) count += each === mark;
  return count;
}

/** The difference of two texts by words: pieces [kind, text] with kind "same", "old" or "new". */
function difference(before, after) {
  const old = before.match(/\S+\s*/g) ?? [], now = after.match(/\S+\s*/g) ?? [];
  const lengths = commonLengths(old, now);
  const pieces = [];
  const add = (kind, text) => {
    if (pieces.length && pieces[pieces.length - 1][0] === kind) pieces[pieces.length - 1][1] += text;
    else pieces.push([kind, text]);
  };
  let i = 0, j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && isSameWord(old[i], now[j])) {
      add("same", now[j]);
      i += 1;
      j += 1;
    } else if (j >= now.length || (i < old.length && lengths[i + 1][j] >= lengths[i][j + 1])) add("old", old[i++]);
    else add("new", now[j++]);
  }
  return pieces;
}

function isSameWord(one, other) {
  return one.trimEnd() === other.trimEnd();
}

/** For each pair of positions, the length of the longest common subsequence of the rest of both texts. */
function commonLengths(old, now) {
  const rows = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = now.length - 1; j >= 0; j -= 1)
      rows[i][j] = isSameWord(old[i], now[j]) ? rows[i + 1][j + 1] + 1 : Math.max(rows[i + 1][j], rows[i][j + 1]);
  return rows;
}
