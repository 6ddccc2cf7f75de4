// Compile every schema of a document, and judge every example by the schema beside it; print what is wrong.
const { escaped, load } = require("./load.cjs");

const { content, compile } = load(process.argv[2]);
const failures = [];
const counted = { schemas: 0, examples: 0 };

function tryToCompile(pointer) {
  counted.schemas += 1;
  try {
    return compile(pointer);
  } catch (error) {
    failures.push(`${pointer}: ${error.message}`);
  }
}

function judge(holder, pointer, validate) {
  const examples = Object.values(holder.examples ?? {}).map((example) => example.value);
  if ("example" in holder) examples.push(holder.example);
  for (const example of examples) {
    counted.examples += 1;
    if (!validate(example)) failures.push(`${pointer}: ${JSON.stringify(validate.errors)}`);
  }
}

function walk(value, pointer) {
  if (value === null || typeof value !== "object") return;
  if (typeof value.schema === "object") {
    const validate = tryToCompile(`${pointer}/schema`);
    if (validate) judge(value, pointer, validate);
  }
  for (const [key, part] of Object.entries(value)) walk(part, `${pointer}/${escaped(key)}`);
}

for (const name of Object.keys(content.components.schemas)) tryToCompile(`/components/schemas/${escaped(name)}`);
walk(content, "");
console.log(JSON.stringify({ ...counted, failures }));
