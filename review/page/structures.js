// Captions that are JSON or XML: whether a change leaves them so.

/** What a caption is if its style asks for a structure and it has one: "JSON", "XML" or "". */
function structureOf(text) {
  if (!report.structured) return "";
  return skeletonOfJson(text) ? "JSON" : skeletonOfXml(text) ? "XML" : "";
}

/** Whether a change takes from a caption what it is built of: its keys, or the marks around its parts. */
function breaksStructure(before, after) {
  const structure = structureOf(before);
  if (!structure) return false;
  return structure === "JSON" ? skeletonOfJson(before) !== skeletonOfJson(after) : skeletonOfXml(before) !== skeletonOfXml(after);
}

/** The keys of an object without its texts and numbers; "" for what is none. */
function skeletonOfJson(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" ? JSON.stringify(value, (key, each) => (each && typeof each === "object" ? each : typeof each)) : "";
  } catch {
    return "";
  }
}

/** An XML text without what stands between a mark and its end; "" for a text without marks. */
function skeletonOfXml(text) {
  return /<\/\w+>/.test(text) ? text.replace(/(<\w+>)[^<>]*(?=<\/)/g, "$1") : "";
}
