// Which tags a text says while it is being written, by their words and what people write in their place. The check of the program looks at
// more: a page that is served asks for its marks, and shows these until they come.

const FILLERS = new Set("a an the of on in at to by from with and or own".split(" "));
const PEOPLE = { girl: "girl woman women lady female", boy: "boy man men guy male", other: "person people figure" };

/** What the forms of a word share: "smil" for smile, smiles and smiling. */
function rootOf(word) {
  let root = word.replace(/['’]s$/, "");
  if (root.length > 4) root = root.replace(/ies$/, "y").replace(/(?:ing|ed)$/, "");
  if (root.length > 3) root = root.replace(/(?<=[sxz]|[cs]h)es$/, "").replace(/(?<=[^s])s$/, "").replace(/e$/, "");
  return root.replace(/([bdgmnprt])\1$/, "$1");
}

function rootsOf(text) {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu) ?? []).map(rootOf);
}

/** Asks the program for the marks of a picture's tags for a text; a page from disk has nobody to ask. */
let askForMarks = null;

/** Whether a text with these roots says a tag: all its words, those of another way to say it, or for `1girl` a girl or a woman. */
function hasWords(roots, row) {
  const [, people] = row.lower.match(/^\d\+?(girl|boy|other)s?$/) ?? [];
  if (people) return rootsOf(PEOPLE[people]).some((root) => roots.has(root));
  // Each way is a list of slots, and any word of a slot will do.
  row.slots ??= [row.words.replace(/\(.*\)/, ""), ...row.ways].map((way) => way.split(/\s+/)
    .map((slot) => slot.split("|").flatMap(rootsOf)).filter((slot) => slot.length && !FILLERS.has(slot[0])));
  return row.slots.some((way) => way.length > 0 && way.every((slot) => slot.some((root) => roots.has(root))));
}

/** The marks of a picture's tags for a text in the place of its caption. */
function marksFor(picture, text) {
  if (text === picture.caption) return picture.marks;
  const now = new Set(rootsOf(text)), before = new Set(rootsOf(picture.caption));
  return picture.tags.map((number, at) => {
    const known = picture.marks[at], row = tagRows[number];
    if (known === NOT_CHECKED || (!known && ["artist", "meta", "lore", "rating"].includes(row.category))) return NOT_CHECKED;
    if (hasWords(now, row)) return SAID;
    // What was said or contradicted in other words may still be.
    return known === CONTRADICTED || (known === SAID && !hasWords(before, row)) ? PERHAPS : MISSED;
  }).join("");
}

/** The marks to show: those of the caption, or of what somebody wrote in its place. */
function shownMarks(picture) {
  return isReworded(picture) ? marksFor(picture, shownCaption(picture)) : picture.marks;
}
