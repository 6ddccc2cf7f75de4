// What must not compile: the types say what is wrong before anything is sent.

import createClient from "openapi-fetch";
import type { paths } from "./sphinxhq.js";

const http = createClient<paths>();

// @ts-expect-error - a customer has a name
http.POST("/api/cases/", { body: { customer: {} } });
// @ts-expect-error - there is no such check
http.POST("/api/cases/", { body: { customer_id: 123, checks: [{ check_type: "HOROSCOPE" }] } });
// @ts-expect-error - it is a number
http.POST("/api/cases/", { body: { customer_id: "123" } });
// @ts-expect-error - no generation has such a flag
http.POST("/api/cases/{id}/start/", { params: { path: { id: 1 } }, body: { allow_restart: [] } });
// @ts-expect-error - only that grant is known
http.POST("/api/oauth/token/", { body: { client_id: "x", client_secret: "y", grant_type: "password" } });
// @ts-expect-error - and so it is in the path
http.GET("/api/cases/{id}/", { params: { path: { id: "one" } } });
