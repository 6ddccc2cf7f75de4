// Open a case with each API, let an hour pass, and check the webhooks that arrive.
// Node 18 or newer, nothing to install: node examples/node/onboarding.mjs

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";

const emulator = (process.env.CASE_EMULATOR_URL ?? "http://127.0.0.1:8642").replace(/\/$/, "");
const sandbox = process.env.EXAMPLE_SANDBOX ?? "node-example";
const key = `test_${sandbox}`; // such a key opens the sandbox of that name, at both APIs

/** Status and JSON of one request. */
async function send(method, path, body, headers = {}) {
  const answer = await fetch(emulator + path, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, json: await answer.json() };
}

/** Ask the emulator's own API about our sandbox. */
async function control(method, path, body = {}) {
  const answer = await send(method, `/_emulator/sandboxes/${sandbox}${path}`, body);
  assert.ok(answer.status < 300, `${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.json)}`);
  return answer.json;
}

/** What your application would be: something that listens for webhooks. */
async function listen() {
  const arrived = [];
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    arrived.push({ path: request.url, headers: request.headers, json: JSON.parse(Buffer.concat(pieces)) });
    response.writeHead(204).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { arrived, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** A sandbox nobody used yet, whose clock moves only when told to. */
async function prepare(receiver) {
  await control("POST", "/reset");
  await control("PATCH", "", { delay: 2, webhook_url: `${receiver.url}/aplyid` });
  await control("PATCH", "/clock", { mode: "frozen" });
  console.log(`Sandbox ${sandbox} of ${emulator} is empty, and its clock stands still.`);
}

/** Let time pass; the answer comes when the receivers have answered. */
async function anHourLater() {
  await control("POST", "/clock/advance", { seconds: 3600 });
}

async function askAplyid(receiver, name, externalId, expected) {
  const [firstname, lastname] = name.split(" ");
  const created = await send(
    "POST",
    "/integrations/core/cases",
    {
      activity: { name: `Onboarding of ${name}`, nature: "New customer onboarding", external_id: externalId },
      client: { name, client_type: "individual", clientable_attributes: { firstname, lastname } },
    },
    { "X-Workflow-Access-Key": key },
  );
  assert.equal(created.status, 201, JSON.stringify(created.json));
  console.log(`APLYiD opened case ${created.json.case_id} for ${name}: ${created.json.status}.`);
  assert.equal(receiver.arrived.length, 0, "a webhook came too early");

  await anHourLater();
  const webhook = receiver.arrived.shift();
  assert.ok(webhook, `no webhook came for ${externalId}`);
  assert.equal(webhook.path, "/aplyid");
  assert.equal(webhook.headers["x-workflow-event-type"], "case.completed");
  assert.equal(webhook.json.external_id, externalId);
  assert.equal(webhook.json.client.approval_status, expected);
  console.log(`An hour later its webhook is here: ${externalId} is ${expected}.`);
}

async function askSphinx(receiver) {
  const cookie = { Cookie: `sessionid=${key}` };
  const created = await send(
    "POST",
    "/api/cases/",
    {
      customer: { full_name: "Mary Chen", external_id: "cust-7" },
      checks: [{ check_type: "PEP" }, { check_type: "SANCTION" }],
      webhook_url: `${receiver.url}/sphinx`, // Sphinx's webhooks go to each case's own URL
    },
    cookie,
  );
  assert.equal(created.status, 201, JSON.stringify(created.json));
  console.log(`Sphinx opened case ${created.json.id} for Mary Chen: ${created.json.status}.`);

  await anHourLater();
  const webhook = receiver.arrived.shift();
  assert.ok(webhook, "no webhook came from Sphinx");
  assert.equal(webhook.path, "/sphinx");
  assert.deepEqual([webhook.json.status, webhook.json.outcome], ["COMPLETED", "ACCEPTED"]);
  const read = await send("GET", `/api/cases/${created.json.id}/`, undefined, cookie);
  assert.deepEqual(read.json, webhook.json, "a read tells something else than the webhook");
  console.log(`An hour later its webhook is here: ${webhook.json.outcome}, risk ${webhook.json.risk_score}.`);
}

async function main() {
  const receiver = await listen();
  try {
    await prepare(receiver);
    await askAplyid(receiver, "John Doe", "order-9281", "approved");
    await askAplyid(receiver, "Jane Denied", "order-9282", "denied"); // that surname says how it ends
    await askSphinx(receiver);
    await control("POST", "/reset");
    console.log("All as expected.");
  } finally {
    receiver.close();
  }
}

main().catch((error) => {
  const unreachable = error instanceof TypeError && error.cause; // how fetch says that nobody answered
  const told = unreachable ? `nothing answers at ${emulator}; start one with: case-emulator serve` : error.message;
  console.error(`Not as expected: ${told}`);
  process.exitCode = 1;
});
