// A document as Ajv knows it, in strict mode.
const { readFileSync } = require("node:fs");
const Ajv = require("ajv/dist/2020");
const addFormats = require("ajv-formats");

function keysOf(value, found = new Set()) {
  if (value === null || typeof value !== "object") return found;
  for (const [key, part] of Object.entries(value)) keysOf(part, found.add(key));
  return found;
}

/** The content of the file, and how to compile the schema at a JSON pointer. */
function load(file) {
  const content = JSON.parse(readFileSync(file));
  // Types may stand beside an anyOf or be a list, as OpenAPI 3.1 allows.
  const ajv = new Ajv({ strictTypes: false, formats: { int32: true, int64: true } });
  addFormats(ajv);
  const extensions = [...keysOf(content)].filter((key) => key.startsWith("x-"));
  ajv.addVocabulary([...Object.keys(content), "example", "discriminator", ...extensions]);
  ajv.addSchema(content, "document");
  return { content, compile: (pointer) => ajv.compile({ $ref: `document#${pointer}` }) };
}

/** A key as it stands in a JSON pointer of a $ref. */
function escaped(key) {
  return encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));
}

module.exports = { escaped, load };
