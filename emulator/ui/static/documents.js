// Draw the OpenAPI document that the page names; nothing is loaded from elsewhere. "Execute" sends the sandbox's key.
"use strict";
document.documentElement.classList.toggle("dark-mode", matchMedia("(prefers-color-scheme: dark)").matches);
const place = document.getElementById("swagger");
const key = place.dataset.key;
let cookies = []; // the names of the cookies that carry the key

function fillIn(ui) {
  const document_ = ui.specSelectors.specJson().toJS();
  const schemes = Object.entries((document_.components || {}).securitySchemes || {});
  for (const [name, scheme] of key ? schemes : []) {
    if (scheme.in === "cookie") cookies.push(scheme.name);
    else if (scheme.type === "apiKey" || schemes.length === 1) ui.preauthorizeApiKey(name, key);
  }
}

// No script may set a header Cookie: the cookie is there for as long as the request takes, and for its path alone.
function withCookies(request, more) {
  const path = new URL(request.url, location.href).pathname;
  for (const name of cookies) document.cookie = `${name}=${key}; path=${path}; SameSite=Strict${more}`;
}

const ui = SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  syntaxHighlight: false,
  onComplete: () => fillIn(ui),
  requestInterceptor: (request) => { if (!request.loadSpec) withCookies(request, ""); return request; },
  responseInterceptor: (response) => { withCookies(response, "; max-age=0"); return response; },
});
