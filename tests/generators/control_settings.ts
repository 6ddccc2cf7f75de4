// Set a sandbox by the control API and read it, and a problem, with the types of its document.

import createClient from "openapi-fetch";
import type { paths } from "./control.js";

declare const process: { argv: string[] };
const [, , baseUrl, key] = process.argv as [string, string, string, string];
const http = createClient<paths>({ baseUrl });
const params = { path: { name: key.replace(/^test_/, "") } };

await http.PATCH("/_emulator/sandboxes/{name}", { params, body: { delay: 3600 } });
const { data } = await http.GET("/_emulator/sandboxes/{name}", { params });
// @ts-expect-error - it is a number
const { error } = await http.PATCH("/_emulator/sandboxes/{name}", { params, body: { delay: "soon" } });
console.log(JSON.stringify([data?.settings.delay, error?.status, error?.detail]));
