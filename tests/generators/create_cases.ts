// Open a case with each API and read a refusal of each, with clients typed by openapi-typescript.

import createClient from "openapi-fetch";
import type { paths as Aplyid } from "./aplyid.js";
import type { paths as Sphinxhq } from "./sphinxhq.js";

declare const process: { argv: string[] };
const [, , baseUrl, key] = process.argv as [string, string, string, string];
const aplyid = createClient<Aplyid>({ baseUrl, headers: { "X-Workflow-Access-Key": key } });
const sphinxhq = createClient<Sphinxhq>({ baseUrl, headers: { Cookie: `sessionid=${key}` } });

async function openWithAplyid(name: string): Promise<unknown[]> {
  const { data, error, response } = await aplyid.POST("/integrations/core/cases", {
    body: {
      activity: { name, nature: "New customer", external_id: "order-1" },
      client: {
        name: "John Doe",
        client_type: "individual",
        clientable_attributes: { firstname: "John", lastname: "Doe" },
      },
    },
  });
  return [response.status, data ? [data.case_id, data.status, data.client.approval_status] : error];
}

async function openWithSphinx(full_name: string): Promise<unknown[]> {
  const { data, error, response } = await sphinxhq.POST("/api/cases/", {
    body: { customer: { full_name }, checks: [{ check_type: "PEP" }] },
  });
  if (!data) return [response.status, error];
  const read = await sphinxhq.GET("/api/cases/{id}/", { params: { path: { id: data.id } } });
  const status = "status" in data ? data.status : undefined; // the shape that the cookie gets
  return [response.status, [data.id, status, read.data?.customer.full_name]];
}

const answers = [openWithAplyid("Onboarding"), openWithAplyid(""), openWithSphinx("Mary Chen"), openWithSphinx("")];
console.log(JSON.stringify(await Promise.all(answers)));
