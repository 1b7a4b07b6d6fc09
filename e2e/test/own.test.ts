import { jest } from "@jest/globals";
import { readFileSync } from "node:fs";
import { releaseTests } from "./releases.ts";
jest.setTimeout(3_600_000);
const o = JSON.parse(readFileSync("/tmp/rel-out.json", "utf8"));
releaseTests({ name: "rel", localPort: 8103, frontend: () => o.frontend, backend: () => o.backend });
