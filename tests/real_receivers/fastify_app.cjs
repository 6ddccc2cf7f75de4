// Fastify, with a parser that keeps the bytes.
const { writeFileSync } = require("node:fs");
const app = require("fastify")();

const folder = process.argv[2];

app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, bytes, done) => {
  request.rawBody = bytes;
  done(null, JSON.parse(bytes));
});

app.post("/:name", async (request) => {
  const { name } = request.params;
  writeFileSync(`${folder}/${name}.body`, request.rawBody);
  const event = request.headers["x-workflow-event-type"] ?? null;
  writeFileSync(`${folder}/${name}.json`, JSON.stringify({ event, read: request.body }));
  return { received: true };
});

app.listen({ host: "127.0.0.1", port: 0 }).then((address) => console.log(address));
