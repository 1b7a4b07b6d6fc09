// What runs at the edge: cloudfront-js-2.0, at most 10 KB, 1 ms, no network.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html

/** Every path without a dot in its last part is the page, which knows its routes. With a domain, CloudFront's own name leads there. */
export const siteFunction = (domain: string | undefined) => `
var domain = ${JSON.stringify(domain ?? "")};

function handler(event) {
  var request = event.request;
  var host = request.headers.host ? request.headers.host.value : "";
  if (domain !== "" && host.endsWith(".cloudfront.net")) {
    // To the front page: a path that begins with two slashes would lead elsewhere.
    return {
      statusCode: 308,
      statusDescription: "Permanent Redirect",
      // Browsers keep it for good otherwise, also when the domain is removed.
      headers: { location: { value: "https://" + domain + "/" }, "cache-control": { value: "max-age=3600" } },
    };
  }
  var last = request.uri.slice(request.uri.lastIndexOf("/") + 1);
  if (last.indexOf(".") < 0) request.uri = "/index.html";
  return request;
}
`;

// CloudFront answers 502 if a function adds a header of its own families, `X-Edge-*` among them:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
export const proofHeader = "edge-proof";
export const viewerHeader = "viewer-address";
export const proofKey = "edge-proof";

/** Proves to the API that a request came this way, and says from whom. A viewer's own headers of these names are replaced. */
export const proofFunction = `
import cf from "cloudfront";
var store = cf.kvs();

async function handler(event) {
  var request = event.request;
  request.headers["${proofHeader}"] = { value: await store.get("${proofKey}") };
  request.headers["${viewerHeader}"] = { value: event.viewer.ip };
  return request;
}
`;
