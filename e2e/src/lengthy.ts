import { test } from "@jest/globals";

/** Whether `make test-all` runs, with all rehearsals. `make test` has an hour on two cores at most. */
export const triesAll = process.env["REHEARSE"] === "all";

/** A test that `make test-all` alone runs. */
export const lengthy = triesAll ? test : test.skip;
