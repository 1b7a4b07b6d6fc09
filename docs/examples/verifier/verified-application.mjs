// An application behind the verifier. It reads who sent a request from headers that only the proxy can set, so it must
// listen where only the proxy can reach it.
import { createServer } from "node:http";

const { PORT = "3000" } = process.env;

/** A person is known by issuer and subject together: two issuers may use the same subject. */
function personOf(headers) {
  const { "x-auth-issuer": issuer, "x-auth-subject": subject } = headers;
  return issuer && subject ? JSON.stringify([issuer, subject]) : undefined;
}

const server = createServer((request, response) => {
  const person = personOf(request.headers);
  let bytes = 0;
  request.on("data", (chunk) => (bytes += chunk.length));
  request.on("end", () => {
    // Not from the proxy, or from one that is set up wrongly.
    const status = person === undefined ? 500 : 200;
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(
      JSON.stringify({ person, method: request.method, url: request.url, bytes, headers: request.headers }),
    );
  });
});
server.listen(Number(PORT), "127.0.0.1", () => console.log(JSON.stringify(server.address())));
