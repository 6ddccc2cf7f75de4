// Print whether each body of a JSON list is valid as the request of POST at a path of a document.
const { escaped, load } = require("./load.cjs");

const [file, path, bodies] = process.argv.slice(2);
const validate = load(file).compile(`/paths/${escaped(path)}/post/requestBody/content/${escaped("application/json")}/schema`);
console.log(JSON.stringify(JSON.parse(bodies).map((body) => validate(body))));
