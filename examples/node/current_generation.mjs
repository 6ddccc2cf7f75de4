// Screen an order through Sphinx's current generation: a token, a case that waits, its end, and the same case once more.
// Node 18 or newer, nothing to install: node examples/node/current_generation.mjs

import assert from "node:assert/strict";

const emulator = (process.env.CASE_EMULATOR_URL ?? "http://127.0.0.1:8642").replace(/\/$/, "");
const sandbox = process.env.EXAMPLE_SANDBOX ?? "node-current-example";

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
async function control(method, path, body) {
  const answer = await send(method, `/_emulator/sandboxes/${sandbox}${path}`, body);
  assert.ok(answer.status < 300, `${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.json)}`);
  return answer.json;
}

/** The header with an access token; at the emulator, the secret test_<name> opens the sandbox <name>. */
async function logIn() {
  const { status, json } = await send("POST", "/api/oauth/token/", {
    client_id: "7e57ed00-0000-4000-8000-000000000001",
    client_secret: `test_${sandbox}`,
    grant_type: "client_credentials",
  });
  assert.equal(status, 200);
  return { Authorization: `Bearer ${json.access_token}` };
}

/** A sandbox nobody used yet, whose clock moves only when told to. */
async function prepare() {
  await control("POST", "/reset", {});
  await control("PATCH", "", { delay: 2 });
  await control("PATCH", "/clock", { mode: "frozen" });
  console.log(`Sandbox ${sandbox} of ${emulator} is empty, and its clock stands still.`);
}

/** Say how the latest case ended; the inbox keeps its webhook, as we named no receiver. */
async function tellEnd() {
  await control("POST", "/clock/advance", { seconds: 2 });
  const { webhooks } = await control("GET", "/inbox");
  const ended = JSON.parse(webhooks.at(-1).body);
  assert.equal(ended.is_complete, true);
  console.log(`Case ${ended.id} (${ended.external_id}) is complete: ${ended.outcome}, risk ${ended.risk_score}.`);
}

async function main() {
  await prepare();
  const token = await logIn();
  const order = { external_id: "order-1", metadata: { shop: 7 }, case_config: "aml-individual", auto_start: false };
  const opened = await send("POST", "/api/cases/", { customer: { full_name: "Ada Lovelace" }, ...order }, token);
  assert.equal(opened.status, 201);
  const path = `/api/cases/${opened.json.id}/`;
  console.log(`Sphinx opened case ${opened.json.id} with ${opened.json.checks.length} checks; it waits.`);
  const twice = await send("POST", "/api/cases/", { customer_id: 123, external_id: "order-1" }, token);
  assert.deepEqual(twice, { status: 400, json: { external_id: ["This field must be unique."] } });
  const started = await send("POST", `${path}start/`, {}, token);
  assert.equal(started.json.action_taken, "started");
  await tellEnd();
  await send("PATCH", path, { metadata: { shop: 8 } }, token);
  const again = await send("POST", `${path}start/`, { allow_restart: true }, token);
  assert.deepEqual([again.json.action_taken, again.json.metadata], ["restarted", { shop: 8 }]);
  await tellEnd();
  await control("POST", "/reset", {});
  console.log("All as expected.");
}

main().catch((error) => {
  const why = error.cause?.code === "ECONNREFUSED" ? `nothing answers at ${emulator}` : error.message;
  console.error(`Not as expected: ${why}`);
  process.exit(1);
});
