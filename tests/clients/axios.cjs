// axios, as most applications use it: objects in, text out so that nothing is lost.
const { readFileSync } = require("node:fs");
const axios = require("axios");

const [url, key, folder] = process.argv.slice(2);
const http = axios.create({ baseURL: url, validateStatus: () => true, transformResponse: (text) => text });

async function post(path, file, headers) {
  const answer = await http.post(path, JSON.parse(readFileSync(`${folder}/${file}`)), { headers });
  console.log(`${answer.data}\n${answer.status}`);
}

async function main() {
  await post("/integrations/core/cases", "aplyid.json", { "X-Workflow-Access-Key": key });
  await post("/integrations/core/cases", "refused.json", { "X-Workflow-Access-Key": key });
  await post("/api/cases/", "sphinxhq.json", { Cookie: `sessionid=${key}` });
}

main();
