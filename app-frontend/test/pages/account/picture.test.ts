import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { accountOf, open, tokenResponseFor } from "../../browser/site.tsx";

const ada = accountOf("ada");
const jpeg = new File([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)], "hills.png", { type: "image/png" });

let sent: unknown[];
let answers: Parameters<typeof open>[1];
let site: Awaited<ReturnType<typeof open>>;

beforeEach(async () => {
  sent = [];
  answers = {
    "POST /api/auth/refresh": () => tokenResponseFor(ada),
    "POST /api/account/image/upload": (body) => {
      sent.push(body);
      return { upload: { url: "https://s3.test/1", headers: {}, token: "t1" } };
    },
    "PUT https://s3.test/1": (file) => (sent.push(file), 200),
    "PUT /api/account/image": (body) => {
      sent.push(body);
      return { account: { ...ada, imageUrl: "/another" } };
    },
  };
  site = await open("/account", answers);
});
afterEach(() => site.page.close());

async function change(file: File) {
  const { page } = site;
  const field = page.all("input").find((input) => input.getAttribute("aria-label") === "Change picture")!;
  await page.pick(field, file);
  await page.after(() => new Promise((resolve) => setTimeout(resolve, 20)));
}

const shown = () => site.page.all("img").map((image) => image.getAttribute("src"));

it("UPL-34 sends a new picture straight to S3, and shows it", async () => {
  await change(jpeg);
  expect(sent).toEqual([{ contentType: "image/jpeg", bytes: 4 }, jpeg, { upload: "t1" }]);
  expect(site.page.text()).toContain("Your picture has been changed.");
  expect(shown()).toContain("/another");
});

it("UPL-01, UPL-34 sends nothing for what is no picture", async () => {
  await change(new File(["words"], "a.jpg", { type: "image/jpeg" }));
  expect(site.page.text()).toContain("This file is not a JPEG, PNG, GIF, WebP or AVIF picture.");
  expect(sent).toEqual([]);
});

it("UPL-34 sends it once although the access token had expired when it was used", async () => {
  const use = answers["PUT /api/account/image"]!;
  let refused = 0;
  answers["PUT /api/account/image"] = (body, headers) => {
    if (refused > 0) return use(body, headers);
    refused += 1;
    return Response.json({ code: "not_signed_in" }, { status: 401 });
  };
  await change(jpeg);
  expect(sent).toEqual([{ contentType: "image/jpeg", bytes: 4 }, jpeg, { upload: "t1" }]);
  expect(refused).toBe(1);
});

it("SESS-16, UPL-34 changes no other account that another tab signs in with while it is sent", async () => {
  const callers: (string | null)[] = [];
  for (const path of ["POST /api/account/image/upload", "PUT /api/account/image"]) {
    const answer = answers[path]!;
    answers[path] = (body, headers) => {
      callers.push(headers.get("authorization"));
      return answer(body, headers);
    };
  }
  answers["PUT https://s3.test/1"] = () => {
    site.session.receive({ signedIn: tokenResponseFor(accountOf("bob")) });
    return 200;
  };
  await change(jpeg);
  expect(new Set(callers)).toEqual(new Set(["Bearer of ada"]));
  expect(site.page.text()).toContain("bob@example.com");
  expect(shown()).not.toContain("/another");
});

it("UPL-34 keeps the old picture when the new one is refused", async () => {
  answers["PUT /api/account/image"] = () => Response.json({ code: "damaged_image" }, { status: 422 });
  await change(jpeg);
  expect(site.page.text()).toContain("it is damaged or cut off");
  expect(shown()).toContain("/picture");
});
