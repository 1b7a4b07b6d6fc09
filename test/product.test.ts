import { expect, test } from "@jest/globals";
import { files, read } from "./repository.ts";

const constants = ["app-backend/src/domain/product.ts", "app-frontend/src/product.ts"];

test("the page and the API call the site by one name", () => {
  const [api, page] = constants.map((file) => /productName = "(.+)";/.exec(read(file))?.[1]);
  expect(page).toMatch(/./);
  expect(api).toBe(page);
});

test("no other file of the applications writes the name out", () => {
  const others = files("app-backend/src/*", "app-frontend/src/*", "app-frontend/*.html").filter(
    (file) => !constants.includes(file),
  );
  expect(others.length).toBeGreaterThan(100);
  expect(others.filter((file) => read(file).includes("Tintype"))).toEqual([]);
});
