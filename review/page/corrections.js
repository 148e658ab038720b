// The corrections of the user, kept in this browser until they are saved as corrections.json and applied.

const STORE = `tagscribe:corrections:${report.id}`;
/** By the name of the picture: {caption}, or {again: true, time} with the time of the caption to be replaced. */
const corrections = new Map();
let storeWorks = true;

function loadCorrections() {
  const known = new Map(pictures.map((picture) => [picture.name, picture]));
  for (const [name, correction] of Object.entries(stored())) {
    const picture = known.get(name);
    if (picture && !isApplied(picture, correction)) corrections.set(name, correction);
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
  showSaveButton();
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

function canBeCorrected(picture) {
  return !picture.unusable && !picture.excluded;
}

/** A caption is one line, because some trainers read only the first, unless it already has a line for each variant. */
function tidied(text, before) {
  const lines = text.split("\n").map((line) => line.trim().replace(/\s+/g, " ")).filter(Boolean);
  return lines.join(before.includes("\n") ? "\n" : " ");
}

function correct(picture, text) {
  const caption = tidied(text, picture.caption);
  if (!caption || caption === picture.caption) corrections.delete(picture.name);
  else corrections.set(picture.name, { caption });
  picture.searchable = undefined;
  keepCorrections();
}

function markAgain(picture, wanted) {
  if (wanted) corrections.set(picture.name, { again: true, time: picture.time ?? "" });
  else corrections.delete(picture.name);
  picture.searchable = undefined;
  keepCorrections();
}

function correctionsFile() {
  const listed = pictures.filter(isCorrected).map((picture) => {
    const { caption } = corrections.get(picture.name);
    return caption === undefined
      ? { picture: picture.name, again: true }
      : { picture: picture.name, caption, seen: picture.seen ?? "" };
  });
  return `${JSON.stringify({ version: 1, corrections: listed }, null, 1)}\n`;
}

function saveCorrections() {
  const url = URL.createObjectURL(new Blob([correctionsFile()], { type: "application/json" }));
  element("a", { href: url, download: "corrections.json" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
  toast("Saved where your browser keeps downloads. Now run: python caption.py --apply corrections.json");
}

function showSaveButton() {
  const button = byId("save");
  button.hidden = corrections.size === 0;
  button.textContent = `Save ${counted(corrections.size, "correction")}`;
}

function warnBeforeLosing(event) {
  if (!storeWorks && corrections.size) event.preventDefault();
}
