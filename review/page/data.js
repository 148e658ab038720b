// The data of the report, and what is computed from it for each picture.

/** The data of the page. The first pictures come before the script, so that they are shown before the others are read. */
const report = takeBlock("first");
const pictures = [];

const LOW_COVERAGE = 0.6;
const SAID = "s", MISSED = "m", PERHAPS = "p", CONTRADICTED = "c", NOT_CHECKED = "-";
const MARK_WORDS = { [SAID]: "said", [MISSED]: "missed", [PERHAPS]: "perhaps unsaid", [CONTRADICTED]: "contradicted", [NOT_CHECKED]: "not checked" };

const tagRows = [];

/** Take over the tags of the page that are not known yet. */
function addTags(rows) {
  for (const [words, category, ways = []] of rows.slice(tagRows.length)) tagRows.push({ words, category, ways, lower: words.toLowerCase() });
}

function takeBlock(id) {
  const block = byId(id), values = JSON.parse(block.textContent);
  block.remove();
  return values;
}

function addPictures(entries) {
  for (const entry of entries) pictures.push({ ...withDefaults(entry), order: pictures.length });
}

function withDefaults(entry) {
  return { caption: "", description: "", tags: [], failures: [], faults: [], adds: [], marks: "", ...entry };
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

/** An estimate of the tokens that a text encoder makes of a text, as the program makes it. */
function tokenCount(text) {
  const { letters, factor } = report.tokens;
  const pieces = text.match(/'(?:s|t|re|ve|m|ll|d)|\p{L}+|\d|(?:[^\s\p{L}\p{N}])+/giu) ?? [];
  const bytes = (piece) => (/^[\x00-\x7f]*$/.test(piece) ? piece.length : new TextEncoder().encode(piece).length * 4);
  const tokens = (piece) => (/^\p{L}/u.test(piece) ? Math.ceil(bytes(piece) / letters) : 1);
  return Math.ceil(pieces.reduce((sum, piece) => sum + tokens(piece), 0) * factor);
}

function reasonOf(picture) {
  return picture.failures.length ? picture.failures[0][1] : "";
}

function isLow(picture) {
  return picture.score !== undefined && picture.score < LOW_COVERAGE;
}

/** How many tags of a picture have a mark. */
function markCount(picture, mark, marks = picture.marks) {
  let count = 0;
  for (const each of marks) count += each === mark;
  return count;
}

/** How much a picture needs somebody to look at it: 0 for not at all. */
function attention(picture) {
  if (picture.excluded) return -1;
  if (picture.failures.length) return 5;
  if (picture.faults.length) return 4;
  if (!picture.caption) return 3;
  if (isLow(picture)) return 2;
  return markCount(picture, CONTRADICTED) ? 1 : 0;
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
