// Light, dark, or as the system.

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
