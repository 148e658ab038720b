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

for (const image of document.images) image.addEventListener("error", () => markMissing(image), { once: true });
byId("sort").addEventListener("change", sortPairs);
byId("theme").addEventListener("click", nextTheme);
document.addEventListener("keydown", (event) => {
  const writes = event.target.closest?.("select, input, textarea");
  if (event.key === "t" && !writes && !event.ctrlKey && !event.metaKey && !event.altKey) nextTheme();
});
setTheme(storedTheme());
for (const id of ["theme", "sorting"]) byId(id).hidden = false;
sortPairs();
document.documentElement.dataset.ready = "";
