// A shop that delivers once its customer was approved by APLYiD; it holds in every world.

import { once } from "node:events";
import { createServer } from "node:http";

const STATES = { approved: "deliver", denied: "cancel" };

export class Shop {
  orders = new Map();
  seen = new Set();

  constructor(base, key) {
    Object.assign(this, { base, key });
  }

  async listen() {
    this.server = createServer(async (request, response) => {
      try {
        const pieces = [];
        for await (const piece of request) pieces.push(piece);
        this.receive(request.headers, JSON.parse(Buffer.concat(pieces)));
        response.writeHead(204).end();
      } catch {
        response.writeHead(400).end(); // it broke off, and will come again
      }
    });
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    this.url = `http://127.0.0.1:${this.server.address().port}/`;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Keep the order, then open its case: the webhook may be faster than the answer. */
  async place(reference, name, customer) {
    const order = { state: "waiting", decisions: 0 };
    this.orders.set(reference, order);
    const [firstname, lastname] = name.split(" ");
    const answer = await fetch(`${this.base}/integrations/core/cases`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Workflow-Access-Key": this.key },
      body: JSON.stringify({
        activity: { name: `Order ${reference}`, nature: "New customer", external_id: reference },
        client: { name, external_id: customer, client_type: "individual", clientable_attributes: { firstname, lastname } },
      }),
    });
    const told = await answer.json();
    if (answer.status !== 201) throw new Error(told.message ?? `status ${answer.status}`);
    return Object.assign(order, { case: told.case_id, client: told.client.id, link: told.case_url });
  }

  /** Decide about an order, once however often its webhook comes. */
  receive(headers, told) {
    const order = this.orders.get(told.external_id);
    const event = headers["x-workflow-webhook-id"];
    if (headers["x-workflow-event-type"] !== "case.completed" || !order || this.seen.has(event)) return;
    this.seen.add(event);
    order.state = STATES[told.client.approval_status] ?? "call";
    Object.assign(order, { decisions: order.decisions + 1, decidedBy: told.case_id });
  }
}
