// Express, with its own JSON parser and the raw bytes beside it, as one needs them to verify a signature.
const { writeFileSync } = require("node:fs");
const express = require("express");

const folder = process.argv[2];
const app = express();
app.use(express.json({ verify: (request, response, bytes) => (request.rawBody = bytes) }));

app.post("/:name", (request, response) => {
  const { name } = request.params;
  writeFileSync(`${folder}/${name}.body`, request.rawBody);
  const event = request.get("X-Workflow-Event-Type") ?? null;
  writeFileSync(`${folder}/${name}.json`, JSON.stringify({ event, read: request.body }));
  response.sendStatus(200);
});

const server = app.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
