// Making elements. All texts of pictures, models and people go through here, and only as text, never as markup.

/** An element with attributes (functions become listeners, `false` leaves one out) and children (strings become text). */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (key === "text") made.textContent = value;
    else if (value !== false && value != null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child != null && child !== ""));
  return made;
}

function byId(id) {
  return document.getElementById(id);
}

/** "1 picture", "2,300 pictures". */
function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}

function badge(kind, text, title) {
  return element("span", { class: `badge ${kind}`, title, text });
}

let toastEnd = 0;

/** Show a message for a few seconds; screen readers read it aloud. */
function toast(text) {
  const place = byId("toast");
  place.replaceChildren(element("p", { text }));
  place.classList.add("shown");
  clearTimeout(toastEnd);
  toastEnd = setTimeout(() => place.classList.remove("shown"), 8000);
}
