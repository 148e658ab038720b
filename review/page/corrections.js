// The corrections of the user, kept in this browser until they are saved as corrections.json and applied.

const STORE = `tagscribe:corrections:${report.id}`;
/**
 * By the name of the picture: {caption}, or {again: true, time} with the time of the caption to be replaced. `saved` tells that
 * it is in a file that the browser was given.
 */
const corrections = new Map();
/** Called after each change of the corrections. */
const afterCorrecting = [showSaveButton];
let storeWorks = true;

function loadCorrections() {
  const known = new Map(pictures.map((picture) => [picture.name, picture]));
  for (const [name, correction] of Object.entries(stored())) {
    const picture = known.get(name);
    // A page need not show all pictures: what is kept of others stays.
    if (!picture || !isApplied(picture, correction)) corrections.set(name, correction);
  }
}

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    return found && typeof found === "object" ? found : {};
  } catch {
    // Some browsers give pages from disk no storage: corrections then last as long as the page is open.
    storeWorks = false;
    return {};
  }
}

function isApplied(picture, correction) {
  if (correction.again) return Boolean(picture.again) || correction.time !== (picture.time ?? "");
  return typeof correction.caption !== "string" || correction.caption === picture.caption;
}

function keepCorrections() {
  try {
    localStorage.setItem(STORE, JSON.stringify(Object.fromEntries(corrections)));
  } catch {
    storeWorks = false;
  }
  for (const act of afterCorrecting) act();
}

/** The caption to show: the corrected one if there is one. */
function shownCaption(picture) {
  return corrections.get(picture.name)?.caption ?? picture.caption;
}

function isCorrected(picture) {
  return corrections.has(picture.name);
}

function isMarkedAgain(picture) {
  return Boolean(corrections.get(picture.name)?.again);
}

/** Whether somebody wrote another caption that is not applied yet. */
function isReworded(picture) {
  return corrections.get(picture.name)?.caption !== undefined;
}

function canBeCorrected(picture) {
  return !picture.unusable && !picture.excluded && !picture.fixed;
}

/** A caption is one line, because some trainers read only the first, unless it already has a line for each variant. */
function tidied(text, before) {
  const lines = text.replace(/[\x00-\x09\x0b-\x1f\x7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, " ")
    .split("\n").map((line) => line.trim().replace(/\s+/g, " ")).filter(Boolean);
  return lines.join(before.includes("\n") ? "\n" : " ");
}

/** Keep other captions: pairs of a picture and its text, "" for the caption that it has. */
function correctAll(texts) {
  for (const [picture, text] of texts) {
    const caption = tidied(text, picture.caption);
    if (!caption || caption === picture.caption) corrections.delete(picture.name);
    else corrections.set(picture.name, { caption });
    picture.searchable = undefined;
  }
  keepCorrections();
}

function correct(picture, text) {
  correctAll([[picture, text]]);
}

function markAgain(picture, wanted) {
  if (wanted) corrections.set(picture.name, { again: true, time: picture.time ?? "" });
  else corrections.delete(picture.name);
  picture.searchable = undefined;
  keepCorrections();
}

/** The corrections of the pictures on this page, as the program reads them. */
function correctionsToApply() {
  return pictures.filter(isCorrected).map((picture) => {
    const { caption } = corrections.get(picture.name);
    return caption === undefined
      ? { picture: picture.name, again: true }
      : { picture: picture.name, caption, seen: picture.seen ?? "" };
  });
}

function saveCorrections() {
  const text = `${JSON.stringify({ version: 1, corrections: correctionsToApply() }, null, 1)}\n`;
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  element("a", { href: url, download: "corrections.json" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
  for (const picture of pictures.filter(isCorrected)) corrections.get(picture.name).saved = true;
  keepCorrections();
  toast("corrections.json goes where your browser keeps downloads. Nothing is changed until you run: python caption.py --apply corrections.json");
}

/** What to tell after a change of many captions; a page that is served tells something else. */
let savingHint = () => "They are corrections like those that you write: save them, and give the file to --apply; --undo puts back what that replaced.";
/** Where a correction is by now. */
let whereIs = (correction) => (correction.saved ? "in corrections.json, not applied yet" : "not saved yet");

function showSaveButton() {
  const button = byId("save"), mine = pictures.filter(isCorrected), { length } = mine;
  const isSaved = mine.every(({ name }) => corrections.get(name).saved);
  button.hidden = length === 0;
  button.classList.toggle("primary", !isSaved);
  button.textContent = isSaved ? `Save ${counted(length, "correction")} again` : `Save ${counted(length, "correction")}`;
}

function correctionBadge(picture) {
  if (!isCorrected(picture)) return null;
  const where = whereIs(corrections.get(picture.name));
  return badge("mine", `${isMarkedAgain(picture) ? "again" : "your words"}, ${where}`);
}

function warnBeforeLosing(event) {
  if (!storeWorks && corrections.size) event.preventDefault();
}
