// From the parts to the page.

const THEMES = { auto: ["◐", "as the system"], light: ["☀", "light"], dark: ["☾", "dark"] };
const THEME_STORE = "tagscribe:theme";

function theme() {
  return document.documentElement.dataset.theme ?? "auto";
}

function setTheme(name) {
  const [sign, words] = THEMES[name] ?? THEMES.auto;
  if (name in THEMES && name !== "auto") document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  const button = byId("theme");
  button.textContent = sign;
  button.title = `Colours: ${words} (t)`;
  button.setAttribute("aria-label", `Colours: ${words}`);
}

function nextTheme() {
  const names = Object.keys(THEMES);
  setTheme(names[(names.indexOf(theme()) + 1) % names.length]);
  try {
    localStorage.setItem(THEME_STORE, theme());
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function storedTheme() {
  try {
    return localStorage.getItem(THEME_STORE) ?? "auto";
  } catch {
    return "auto";
  }
}

/** Find, and show all that depends on it. */
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
  byId("save").addEventListener("click", saveCorrections);
  byId("theme").addEventListener("click", nextTheme);
  byId("help").addEventListener("click", showKeys);
  byId("detail").addEventListener("close", afterClosing);
  document.addEventListener("keydown", onKey);
  window.addEventListener("beforeunload", warnBeforeLosing);
}

/** All pictures are there. */
function complete() {
  addPictures(takeBlock("rest"));
  loadCorrections();
  showOverview();
  showCharts();
  fillFields();
  showSaveButton();
  refresh();
  listen();
  document.documentElement.dataset.ready = "";
}

setTheme(storedTheme());
addPictures(report.pictures);
find();
showCards();
document.addEventListener("DOMContentLoaded", complete);
