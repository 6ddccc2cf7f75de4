// The shop in a sandbox of its own for each test; a wait moves the clock, which stands still.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Shop } from "./shop.mjs";

const base = process.env.APLYID_BASE_URL ?? "http://127.0.0.1:8642";
let number = 0;

async function control(sandbox, method, path, body) {
  const answer = await fetch(`${base}/_emulator/sandboxes/${sandbox}${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
  });
  const told = await answer.json();
  assert.ok(answer.status < 300, JSON.stringify(told));
  return told;
}

function shopTest(name, run) {
  test(name, async () => {
    const sandbox = `node-${number++}`;
    const shop = new Shop(base, `test_${sandbox}`);
    await shop.listen();
    try {
      await control(sandbox, "POST", "/reset");
      await control(sandbox, "PATCH", "", { webhook_url: shop.url });
      await control(sandbox, "PATCH", "/clock", { mode: "frozen" });
      await run(shop, {
        next: (outcome) => control(sandbox, "POST", "/outcomes/next", { outcome }),
        wait: (reference) => control(sandbox, "GET", `/deliveries/wait?skip=1&external_id=${reference}`),
      });
      await control(sandbox, "POST", "/reset");
    } finally {
      shop.close();
    }
  });
}

for (const [outcome, state] of [["approved", "deliver"], ["denied", "cancel"], ["undecided", "call"]]) {
  shopTest(`${outcome} means ${state}`, async (shop, sandbox) => {
    await sandbox.next(outcome);
    const order = await shop.place("order-1", "Mary Chen", "mary");
    assert.equal(order.state, "waiting");
    assert.ok(order.link.startsWith("http"));
    await sandbox.wait("order-1");
    assert.deepEqual([order.state, order.decisions, order.decidedBy], [state, 1, order.case]);
  });
}

shopTest("two orders of two customers", async (shop, sandbox) => {
  await sandbox.next("denied");
  const first = await shop.place("order-1", "Mary Chen", "mary");
  const second = await shop.place("order-2", "Jo Doe", "jo");
  assert.notEqual(first.client, second.client);
  await sandbox.wait("order-1");
  await sandbox.wait("order-2");
  assert.deepEqual([first.state, second.state], ["cancel", "deliver"]);
});

shopTest("a customer comes again", async (shop) => {
  const first = await shop.place("order-1", "Mary Chen", "mary");
  const second = await shop.place("order-2", "Mary Chen", "mary");
  assert.equal(first.client, second.client);
  assert.notEqual(first.case, second.case);
});

shopTest("a refusal has a reason", async (shop) => {
  await assert.rejects(shop.place("order-1", " ", "mary"), /\w/); // which words it has is not documented for several problems
});

shopTest("a wrong key is refused", async (shop) => {
  shop.key = "wrong";
  await assert.rejects(shop.place("order-1", "Mary Chen", "mary"), /Unauthorized/);
});
