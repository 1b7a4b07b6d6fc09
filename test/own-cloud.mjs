/**
 * One emulated cloud for each process that tests, if there are as many: faults and clocks hold for all of a cloud, and it
 * takes one call after the other, so that files that run at once would wait for each other.
 */
const clouds = JSON.parse(process.env.CLOUDS ?? "[]");
if (clouds.length > 0)
  Object.assign(process.env, clouds[Number(process.env.JEST_WORKER_ID ?? 1) % clouds.length]);
