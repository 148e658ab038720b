// Which tags a text says while it is being written. The program checks more when a caption is kept: this only looks for the words of tags.

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

/** Whether a text with these roots has all words of a tag; those of `1girl` are a girl or a woman. */
function hasWords(roots, row) {
  const [, people] = row.lower.match(/^\d\+?(girl|boy|other)s?$/) ?? [];
  if (people) return rootsOf(PEOPLE[people]).some((root) => roots.has(root));
  row.roots ??= rootsOf(row.words.replace(/\(.*\)/, "")).filter((root) => !FILLERS.has(root));
  return row.roots.length > 0 && row.roots.every((root) => roots.has(root));
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
