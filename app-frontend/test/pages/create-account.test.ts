import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { accountOf, open, tokenResponseFor } from "../browser/site.tsx";

const ada = accountOf("ada");
const jpeg = new File([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)], "hills.png", { type: "image/png" });

let sent: [string, unknown][];
let answers: Parameters<typeof open>[1];
let site: Awaited<ReturnType<typeof open>>;

const refusal = (status: number, code: string) => () => Response.json({ code }, { status });

/** An answer that notes what was sent. */
const noting = (name: string, answer: () => unknown) => (body: unknown) => {
  sent.push([name, body]);
  return answer();
};

beforeEach(async () => {
  sent = [];
  let issued = 0;
  answers = {
    "POST /api/auth/refresh": refusal(401, "not_signed_in"),
    "POST /api/auth/register/upload": noting("announce", () => {
      issued += 1;
      return { upload: { url: `https://s3.test/${issued}`, headers: {}, token: `t${issued}` } };
    }),
    "PUT https://s3.test/1": noting("send", () => 200),
    "PUT https://s3.test/2": noting("send", () => 200),
    "POST /api/auth/register": noting("register", () => ({ account: ada })),
    "POST /api/auth/signin": () => tokenResponseFor(ada),
  };
  site = await open("/create", answers);
});
afterEach(() => site.page.close());

const settled = () => site.page.after(() => new Promise((resolve) => setTimeout(resolve, 20)));
const names = () => sent.map(([name]) => name);

async function fill(file = jpeg) {
  const { page } = site;
  await page.type(page.field("Email"), "ada@example.com");
  await page.type(page.field("Password"), "silver and light");
  await page.pick(page.field("Picture"), file);
  await settled();
}

async function create() {
  await site.page.press(site.page.button("Create account")!);
  await settled();
}

it("UPL-34 sends the picture straight to S3, and registers with its token", async () => {
  await fill();
  await create();
  expect(sent).toEqual([
    ["announce", { contentType: "image/jpeg", bytes: 4 }],
    ["send", jpeg],
    ["register", { email: "ada@example.com", password: "silver and light", upload: "t1" }],
  ]);
  expect(site.session.getState()).toMatchObject({ status: "signed-in" });
});

it("UPL-01, UPL-34 sends nothing for what is no picture", async () => {
  await fill(new File(["words"], "a.jpg", { type: "image/jpeg" }));
  await create();
  expect(site.page.text()).toContain("This file is not a JPEG, PNG, GIF, WebP or AVIF picture.");
  expect(sent).toEqual([]);
});

it("UPL-34 shows the server's refusal of a picture beside the field", async () => {
  answers["POST /api/auth/register"] = refusal(415, "unsupported_image");
  await fill();
  await create();
  expect(site.page.text()).toContain("This file is not a JPEG, PNG, GIF, WebP or AVIF picture.");
  expect(site.page.field("Picture").getAttribute("aria-invalid")).toBe("true");
});

it("UPL-34 does not send the picture again after a password was refused", async () => {
  const register = answers["POST /api/auth/register"]!;
  answers["POST /api/auth/register"] = refusal(422, "invalid_input");
  await fill();
  await create();
  answers["POST /api/auth/register"] = register;
  await create();
  expect(names()).toEqual(["announce", "send", "register"]);
});

it("UPL-34 sends another picture that was picked after a refusal", async () => {
  const register = answers["POST /api/auth/register"]!;
  answers["POST /api/auth/register"] = refusal(422, "damaged_image");
  await fill();
  await create();
  answers["POST /api/auth/register"] = register;
  const other = new File([Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0)], "sea.jpg");
  await site.page.pick(site.page.field("Picture"), other);
  await settled();
  await create();
  expect(sent.filter(([name]) => name === "send").map(([, file]) => file)).toEqual([jpeg, other]);
  expect(sent.at(-1)).toMatchObject(["register", { upload: "t2" }]);
});

it("UPL-34 says that S3 cannot be reached, and goes on from there", async () => {
  const put = answers["PUT https://s3.test/1"]!;
  delete answers["PUT https://s3.test/1"];
  await fill();
  await create();
  expect(site.page.text()).toContain("cannot be reached");
  answers["PUT https://s3.test/1"] = put;
  await create();
  expect(names()).toEqual(["announce", "send", "register"]);
});
