// Starts the page from its parts.

/** Find the pictures again, and show everything that depends on them. */
function refresh() {
  find();
  showFilters();
  showChosenBars();
  showPage();
}

function showPage() {
  showCount();
  showPages();
  showCards();
}

function listen() {
  let waiting = 0;
  const soon = (act) => {
    clearTimeout(waiting);
    waiting = setTimeout(act, 120);
  };
  byId("search").addEventListener("input", (event) => soon(() => change({ search: event.target.value })));
  byId("tag").addEventListener("input", (event) => soon(() => change({ tag: event.target.value })));
  byId("character").addEventListener("change", (event) => change({ character: event.target.value }));
  byId("sort").addEventListener("change", (event) => change({ sort: event.target.value }));
  byId("save").addEventListener("click", () => {
    saveCorrections();
    showPage();
  });
  byId("theme").addEventListener("click", nextTheme);
  byId("help").addEventListener("click", showKeys);
  byId("replace").addEventListener("click", openBulk);
  byId("detail").addEventListener("close", afterClosing);
  document.addEventListener("keydown", onKey);
  window.addEventListener("beforeunload", warnBeforeLosing);
}

/** Called when the browser has read all pictures. */
function showAll() {
  addPictures(takeBlock("rest"));
  loadCorrections();
  showOverview();
  showCharts();
  showFindings();
  fillFields();
  showSaveButton();
  refresh();
  listen();
  document.documentElement.dataset.ready = "";
}

setTheme(storedTheme());
addTags(report.tags);
addPictures(report.pictures);
find();
showCards();
document.addEventListener("DOMContentLoaded", showAll);
