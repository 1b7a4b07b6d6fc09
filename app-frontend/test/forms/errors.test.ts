import { describe, expect, it } from "@jest/globals";
import { ApiError } from "../../src/api/error.ts";
import { emailError, failureOf, newPasswordError } from "../../src/forms/errors.ts";

const fields = ["email", "password", "image"];

describe("failureOf", () => {
  it("puts errors beside the fields that the server names", () => {
    const errors = [{ field: "password", message: "Too short." }];
    const error = new ApiError("invalid_input", { status: 422, errors });
    expect(failureOf(error, fields)).toEqual({ fields: { password: "Too short." } });
  });

  it("makes sentences of what the server says of a field", () => {
    const errors = [{ field: "password", message: "is too long" }];
    expect(failureOf(new ApiError("invalid_input", { errors }), fields)).toEqual({
      fields: { password: "This is too long." },
    });
  });

  it("prefers its own words for a code that concerns one field", () => {
    const error = new ApiError("email_taken", { errors: [{ field: "email", message: "is taken" }] });
    expect(failureOf(error, fields)).toEqual({ fields: { email: error.message } });
  });

  it.each([
    ["email_taken", "email"],
    ["unsupported_image", "image"],
    ["damaged_image", "image"],
    ["image_too_large", "image"],
    ["image_dimensions", "image"],
    ["wrong_password", "password"],
  ])("puts %s beside the field %s", (code, field) => {
    const error = new ApiError(code);
    expect(failureOf(error, fields)).toEqual({ fields: { [field]: error.message } });
  });

  it("puts a wrong password beside the current one, not the next", () => {
    const error = new ApiError("wrong_password");
    expect(failureOf(error, ["next", "current"])).toEqual({ fields: { current: error.message } });
  });

  it("puts a wrong code beside the code", () => {
    const error = new ApiError("bad_code");
    expect(failureOf(error, ["email", "code"])).toEqual({ fields: { code: error.message } });
  });

  it("shows what concerns no field as an error of the form", () => {
    const stray = new ApiError("invalid_input", { errors: [{ field: "name", message: "Missing." }] });
    const taken = new ApiError("email_taken");
    expect(failureOf(stray, fields)).toEqual({ fields: {}, form: stray });
    expect(failureOf(taken, [])).toEqual({ fields: {}, form: taken });
  });

  it("reports a fault of the page as internal", () => {
    expect(failureOf(new TypeError("bug"), fields).form).toMatchObject({ code: "internal" });
  });
});

it.each(["", "name", "name@", "@example.com", "a b@example.com"])("refuses the address %p", (email) => {
  expect(emailError(email)).toBeDefined();
});

it("takes an address and a password of eight characters", () => {
  expect(emailError("name@example.com")).toBeUndefined();
  expect(newPasswordError("1234567")).toBeDefined();
  expect(newPasswordError("12345678")).toBeUndefined();
});
