// What must not compile: the types say what is wrong before anything is sent.

import createClient from "openapi-fetch";
import type { paths } from "./aplyid.js";

const http = createClient<paths>();
const activity = { name: "Onboarding", nature: "New customer" };

// @ts-expect-error - the client is missing
http.POST("/integrations/core/cases", { body: { activity } });
// @ts-expect-error - it has no type
http.POST("/integrations/core/cases", { body: { activity, client: { name: "John Doe" } } });
// @ts-expect-error - there is no such type
http.POST("/integrations/core/cases", { body: { activity, client: { name: "John Doe", client_type: "person" } } });
