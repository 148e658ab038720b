// Regular expressions of the user. Some take for ever on some texts, so they are searched for in a worker, which can be stopped.

// The worker works on so many captions before it says so, and is stopped if that takes longer.
const CAPTIONS_AT_ONCE = 100, LONGEST_MILLISECONDS = 3000;
const WORK = `onmessage = ({ data: { pattern, flags, words, texts } }) => {
  const found = new RegExp(pattern, flags);
  const change = (line) => [line.replace(found, words), (line.match(found) ?? []).length];
  for (let at = 0; at < texts.length; at += ${CAPTIONS_AT_ONCE}) postMessage(texts.slice(at, at + ${CAPTIONS_AT_ONCE}).map((lines) => lines.map(change)));
  postMessage(null);
};
postMessage([]);`;
let stopSearching = () => {};

/** For each line of each text the pair of its new text and the number of places; throws what is wrong with the pattern. */
async function replacedByPattern(pattern, flags, words, texts) {
  stopSearching();
  try {
    RegExp(pattern, flags);
  } catch (error) {
    throw new Error(`This is no pattern yet: ${error.message}`);
  }
  const address = URL.createObjectURL(new Blob([WORK], { type: "text/javascript" })), worker = new Worker(address), results = [];
  let waiting = 0;
  try {
    await new Promise((done, fail) => {
      stopSearching = () => fail(new Error("Another pattern is searched for."));
      worker.onerror = () => fail(new Error("This browser cannot search for patterns here: leave the tick out."));
      worker.onmessage = ({ data }) => {
        clearTimeout(waiting);
        if (!data) return done();
        // The first message says that the worker is there.
        if (!data.length) worker.postMessage({ pattern, flags, words, texts });
        for (const each of data) results.push(each);
        waiting = setTimeout(() => fail(new Error("This pattern takes too long on these captions: write it in a simpler way.")), LONGEST_MILLISECONDS);
        return undefined;
      };
    });
  } finally {
    clearTimeout(waiting);
    worker.terminate();
    URL.revokeObjectURL(address);
  }
  return results;
}
