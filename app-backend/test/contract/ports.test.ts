import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "@jest/globals";

const backend = join(import.meta.dirname, "../..");
const filesIn = (folder: string): string[] =>
  readdirSync(join(backend, folder), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );

/** The ports that a line of "Two sorts of port" names in backticks. */
function listed(sort: "Store" | "Package"): string[] {
  const text = readFileSync(join(backend, "../docs/ARCHITECTURE.md"), "utf8");
  const [, line = ""] = new RegExp(`\\*\\*${sort} ports\\*\\* \\((.*?)\\)`, "s").exec(text) ?? [];
  return [...line.matchAll(/`([\w-]+)`/g)].map(([, port = ""]) => port);
}

const storePorts = listed("Store");
const adapters = filesIn("src/adapters").filter((file) => storePorts.includes(basename(file, ".ts")));
const suites = filesIn("test/adapters").filter((file) => file.endsWith(".integration.test.ts"));

describe("PORT-01", () => {
  test("every port is a store port or a package port", () => {
    const ports = filesIn("src/ports").map((file) => basename(file, ".ts"));
    expect([...storePorts, ...listed("Package")].toSorted()).toEqual(ports.toSorted());
  });

  test.each(storePorts)("%s has a contract suite and an adapter", (port) => {
    expect(filesIn("test/contract")).toContain(`${port}.ts`);
    expect(adapters.map((file) => basename(file, ".ts"))).toContain(port);
  });

  test.each(adapters)("the adapter %s runs the contract suite of its port", (adapter) => {
    const running = suites.filter((suite) => {
      const text = readFileSync(join(backend, "test/adapters", suite), "utf8");
      return text.includes(`src/adapters/${adapter}"`) && text.includes(`contract/${basename(adapter)}"`);
    });
    expect(running).not.toEqual([]);
  });

  test.each(storePorts)("the suite of %s imports no other port", (port) => {
    const text = readFileSync(join(backend, "test/contract", `${port}.ts`), "utf8");
    const imported = [...text.matchAll(/src\/ports\/([\w-]+)\.ts/g)].map(([, name]) => name);
    expect(imported.filter((name) => name !== port)).toEqual([]);
  });
});
