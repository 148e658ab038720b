// The order of the pictures. Everything else works without a script.

const ORDERS = {
  difference: ({ first, second }) => -Math.abs(second - first),
  second: ({ first, second }) => first - second,
  first: ({ first, second }) => second - first,
  lowest: ({ first, second }) => Math.min(first, second),
  folder: ({ at }) => Number(at),
};

function sortPairs() {
  const rank = ORDERS[byId("sort").value];
  const pairs = [...byId("pairs").children];
  // Pictures of equal rank are sorted as in the folder.
  pairs.sort(({ dataset: one }, { dataset: other }) => rank(one) - rank(other) || one.at - other.at);
  byId("pairs").append(...pairs);
}

function markMissing(image) {
  image.replaceWith(element("span", { class: "quiet", text: "Not found" }));
}

/** Take a caption in the place of the user's own, or give it up again. */
function take(button) {
  const { picture, text } = ofButton(button);
  correct(picture, isTaken(button) ? "" : text);
  showTaken();
}

function ofButton(button) {
  const { name } = button.closest(".pair").dataset;
  return { picture: pictures.find((picture) => picture.name === name), text: button.closest(".side").querySelector(".caption").textContent };
}

function isTaken(button) {
  const { picture, text } = ofButton(button);
  return isReworded(picture) && shownCaption(picture) === tidied(text, picture.caption);
}

function showTaken() {
  for (const button of document.querySelectorAll(".take")) {
    const { picture, text } = ofButton(button);
    const isThere = tidied(text, picture.caption) === picture.caption;
    button.hidden = false;
    button.disabled = isThere;
    button.setAttribute("aria-pressed", String(isTaken(button)));
    button.textContent = isThere ? "It is your caption" : isTaken(button) ? "Taken" : "Take this one";
  }
}

for (const image of document.images) image.addEventListener("error", () => markMissing(image), { once: true });
byId("sort").addEventListener("change", sortPairs);
byId("theme").addEventListener("click", nextTheme);
byId("save").addEventListener("click", saveCorrections);
byId("pairs").addEventListener("click", ({ target }) => { if (target.matches(".take")) take(target); });
window.addEventListener("beforeunload", warnBeforeLosing);
document.addEventListener("keydown", (event) => {
  const writes = event.target.closest?.("select, input, textarea");
  if (event.key === "t" && !writes && !event.ctrlKey && !event.metaKey && !event.altKey) nextTheme();
});
setTheme(storedTheme());
for (const id of ["theme", "sorting"]) byId(id).hidden = false;
sortPairs();
loadCorrections();
showTaken();
showSaveButton();
document.documentElement.dataset.ready = "";
