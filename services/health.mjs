// The health check of a service: prints what /ready answers, which `docker inspect` and `make services` show.
const url = `http://127.0.0.1:${process.env["PORT"]}/ready`;
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(9_000) });
  console.log(answer.status, (await answer.text()).slice(0, 500));
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.log(`${url}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
