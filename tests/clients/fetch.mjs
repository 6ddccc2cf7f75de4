// Node's own fetch.
import { readFileSync } from "node:fs";

const [url, key, folder] = process.argv.slice(2);

async function post(path, file, credential) {
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...credential },
    body: readFileSync(`${folder}/${file}`),
  });
  console.log(`${await answer.text()}\n${answer.status}`);
}

await post("/integrations/core/cases", "aplyid.json", { "X-Workflow-Access-Key": key });
await post("/integrations/core/cases", "refused.json", { "X-Workflow-Access-Key": key });
await post("/api/cases/", "sphinxhq.json", { Cookie: `sessionid=${key}` });
