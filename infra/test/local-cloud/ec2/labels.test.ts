import { expect, test } from "@jest/globals";
import { filterArguments, labelArguments } from "../../../local-cloud/ec2/labels.ts";

/** Whether `docker ps` with these arguments lists what has been created with those. */
function lists(filters: string[], labels: string[]): boolean {
  const wanted = filters.filter((argument) => argument !== "--filter");
  return wanted.every((filter) => labels.includes(filter.replace("label=", "")));
}

const here = "/home/ada/tintype/.tintype";
const elsewhere = "/home/ada/other/.tintype";

test("a deployment finds what it has made", () => {
  expect(lists(filterArguments("blue", here), labelArguments("blue", here))).toBe(true);
  expect(lists(filterArguments("blue"), labelArguments("blue"))).toBe(true);
});

test("a deployment finds nothing of another name, nor of another clone's same name", () => {
  expect(lists(filterArguments("blue", here), labelArguments("green", here))).toBe(false);
  expect(lists(filterArguments("blue", here), labelArguments("blue", elsewhere))).toBe(false);
});
