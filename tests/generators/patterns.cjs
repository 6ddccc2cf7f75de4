// Compile every pattern of a document as JSON Schema validators do, with and without the u flag; print what fails.
const { readFileSync } = require("node:fs");

const failures = [];
let patterns = 0;

function compile(pattern, place) {
  patterns += 1;
  for (const flags of ["", "u"]) {
    try {
      new RegExp(pattern, flags);
    } catch (error) {
      failures.push(`${place} with ${flags || "no flags"}: ${error.message}`);
    }
  }
  // Without the u flag an escape that ECMA-262 does not know means the letter itself.
  if (/\\[AZz]/.test(pattern)) failures.push(`${place}: ${pattern} has an anchor that ECMA-262 does not know`);
}

function walk(value, place) {
  if (value === null || typeof value !== "object") return;
  if (typeof value.pattern === "string") compile(value.pattern, place);
  for (const pattern of Object.keys(value.patternProperties ?? {})) compile(pattern, `${place}/patternProperties`);
  for (const [key, part] of Object.entries(value)) walk(part, `${place}/${key}`);
}

walk(JSON.parse(readFileSync(process.argv[2])), "#");
console.log(JSON.stringify({ patterns, failures }));
