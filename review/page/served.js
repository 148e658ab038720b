// What only a page that is served does: corrections are written at once, and the page shows what runs write.

const EVERY = 1500;
/** By the correction: why the program did not write it. */
const refused = new WeakMap();
let version = report.served, isSending = false;

whereIs = (correction) => (refused.has(correction) ? `not written: ${refused.get(correction)}` : "being written");
savingHint = () => "They are written at once; python caption.py --undo puts back what the last change replaced.";

howKept = ["It is written and done at once. This puts back the last change:", "python caption.py --undo"];

async function ask(path, body) {
  const sent = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, { cache: "no-store", ...sent });
  if (!response.ok) throw new Error(`the program answers ${response.status}`);
  return response.json();
}

askForMarks = async (picture, caption) => {
  try {
    return (await ask("marks", { picture: picture.name, caption })).marks;
  } catch {
    return "";
  }
};

/** Write what is not written yet, all of it in one request. */
async function sendCorrections() {
  if (isSending) return;
  const sent = new Map(pictures.filter(isCorrected).map(({ name }) => [name, corrections.get(name)]).filter(([, each]) => !refused.has(each)));
  if (!sent.size) return;
  isSending = true;
  try {
    const listed = correctionsToApply().filter(({ picture }) => sent.has(picture));
    takeAnswer(sent, await ask("corrections", { version: 1, corrections: listed }));
  } catch (error) {
    showProgress(`Not written yet, and tried again: ${error.message}`);
  } finally {
    isSending = false;
  }
}

function takeAnswer(sent, answer) {
  if (answer.error) return showProgress(`Not written yet, and tried again: ${answer.error}`);
  for (const [name, why] of answer.problems) if (sent.has(name)) refused.set(sent.get(name), why);
  // What somebody wrote since it was sent is sent next.
  for (const name of answer.done) if (corrections.get(name) === sent.get(name)) corrections.delete(name);
  keepCorrections();
  takeUpdate(answer);
  if (answer.problems.length) toast(`Not written: ${answer.problems[0][1]}`);
  else toast(`${counted(answer.done.length, "correction")} written`);
  return undefined;
}

/** Show pictures as they are now, without moving what somebody looks at. */
function takeUpdate({ pictures: entries = [], tags = [], totals }) {
  if (!entries.length) return;
  addTags(tags);
  report.totals = totals;
  const known = new Map(pictures.map((picture) => [picture.name, picture])), at = focused(), name = openPicture()?.name;
  for (const entry of entries) {
    const picture = known.get(entry.name);
    if (!picture) continue;
    const { order } = picture;
    for (const key of Object.keys(picture)) delete picture[key];
    Object.assign(picture, withDefaults(entry), { order });
  }
  showOverview();
  showFilters();
  showPage();
  if (at >= 0) byId("cards").querySelector(`[data-at="${at}"]`)?.focus();
  if (name && !open.editing && entries.some((entry) => entry.name === name)) {
    const { id } = document.activeElement;
    showDetail();
    focusIn(id ? `#${id}` : "#detail-name");
  }
}

/** Say how far something is; with a bar where it is known how much is due. */
function showProgress(text, done = 0, due = 0) {
  byId("progress").hidden = !text;
  byId("progress").replaceChildren(text, due ? element("progress", { value: done, max: due, "aria-label": "Done" }) : "");
}

async function lookForNews() {
  if (document.hidden) return;
  try {
    const news = await ask(`state?since=${version}`);
    version = news.version;
    showProgress(news.progress, news.done, news.due);
    takeUpdate(news);
    await sendCorrections();
  } catch {
    const unsaved = pictures.filter(isCorrected).length;
    showProgress(`The program has ended: start python caption.py --review again.${unsaved ? ` Save the ${counted(unsaved, "correction")} that it did not write.` : ""}`);
    byId("save").hidden = !unsaved;
  }
}

function showUnwritten() {
  byId("save").hidden = !pictures.some(({ name }) => refused.has(corrections.get(name) ?? report));
}

afterCorrecting.push(showUnwritten, () => setTimeout(sendCorrections));
setInterval(lookForNews, EVERY);
