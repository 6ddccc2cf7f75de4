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

// With a token: the shapes of the current generation, in the same document.
async function openWithToken(full_name: string): Promise<unknown[]> {
  const issued = await sphinxhq.POST("/api/oauth/token/", {
    body: { client_id: "7e57ed00-0000-4000-8000-000000000001", client_secret: key, grant_type: "client_credentials" },
  });
  const headers = { Authorization: `${issued.data?.token_type} ${issued.data?.access_token}` };
  const { data, error, response } = await sphinxhq.POST("/api/cases/", {
    headers,
    body: { customer: { full_name }, checks: [{ check_type: "NAME_CHECK" }], metadata: { shelf: "A1" } },
  });
  if (!data) return [response.status, error];
  const path = { id: data.id };
  const changed = await sphinxhq.PATCH("/api/cases/{id}/", { headers, params: { path }, body: { metadata: { shelf: "B2" } } });
  const started = await sphinxhq.POST("/api/cases/{id}/start/", { headers, params: { path }, body: { allow_restart: true } });
  const action = started.data && "action_taken" in started.data ? started.data.action_taken : undefined;
  return [response.status, "is_complete" in data && data.is_complete, changed.data?.metadata, started.response.status, action];
}

const answers = [openWithAplyid("Onboarding"), openWithAplyid(""), openWithSphinx("Mary Chen"), openWithSphinx("")];
const withToken = [openWithToken("Ada Byron"), openWithToken("")];
console.log(JSON.stringify([...(await Promise.all(answers)), ...(await Promise.all(withToken))]));
