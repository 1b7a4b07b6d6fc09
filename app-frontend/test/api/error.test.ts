import { describe, expect, it } from "@jest/globals";
import { ApiError, apiError, hasCode, isSignedOut } from "../../src/api/error.ts";
import { messageFor } from "../../src/api/error-messages.ts";

describe("apiError", () => {
  it("reads a problem document", () => {
    const errors = [{ field: "email", message: "Not an address." }];
    const body = JSON.stringify({ code: "invalid_input", title: "Invalid", requestId: "r-1", errors });
    expect(apiError(422, body)).toMatchObject({
      code: "invalid_input",
      status: 422,
      message: messageFor("invalid_input"),
      errors,
      requestId: "r-1",
    });
  });

  it("shows the server's own words for a code that it does not know", () => {
    expect(apiError(418, '{"code":"teapot","title":"Teapot","detail":"Short and stout."}').message).toBe(
      "Short and stout.",
    );
    expect(apiError(418, '{"code":"teapot","title":"Teapot"}').message).toBe("Teapot");
    expect(apiError(418, '{"code":"teapot"}').message).toBe(messageFor("internal"));
  });

  it.each([
    [401, "not_signed_in"],
    [413, "request_too_large"],
    [431, "headers_too_large"],
    [429, "too_many_requests"],
    [502, "unavailable"],
    [503, "unavailable"],
    [504, "timeout"],
    [500, "internal"],
    [404, "internal"],
  ])("takes a proxy's page with status %i for %s", (status, code) => {
    expect(apiError(status, "<html><h1>nginx</h1></html>")).toMatchObject({ status, code });
  });

  it.each(["", "null", "[]", '"text"', '{"code":7}'])("survives the body %p", (body) => {
    expect(apiError(500, body)).toMatchObject({ code: "internal", status: 500 });
  });

  it("shows how long to wait if the answer has it", () => {
    const body = '{"code":"too_many_requests","title":"Too many requests"}';
    expect(apiError(429, body, "90").message).toBe("Too many attempts. Try again in 2 minutes.");
    expect(apiError(429, "<html>", "45").message).toBe("Too many attempts. Try again in 45 seconds.");
    expect(apiError(429, body).message).toBe(messageFor("too_many_requests"));
  });

  it.each(["0", "", "soon", "-5", "Wed, 21 Oct 2026 07:28:00 GMT"])(
    "does not read a wait in %p",
    (header) => {
      expect(apiError(429, "", header).message).toBe(messageFor("too_many_requests"));
    },
  );

  it("points at the clock if a code belongs to another time, and ignores a hint of a later release", () => {
    const hinted = (hint: string) => apiError(401, JSON.stringify({ code: "wrong_code", hint })).message;
    expect(hinted("clock")).toContain("Set the clock of your phone to automatic");
    expect(hinted("moon")).toBe(messageFor("wrong_code"));
  });

  it("reads the proofs that the server asks for", () => {
    const body = '{"code":"step_up_required","ways":["password","totp",7]}';
    expect(apiError(403, body).ways).toEqual(["password", "totp"]);
    expect(apiError(403, '{"code":"step_up_required"}').ways).toEqual([]);
  });

  it("shows no wait for other errors", () => {
    expect(apiError(503, '{"code":"unavailable"}', "5").message).toBe(messageFor("unavailable"));
  });

  it("drops field errors that have no field or no message", () => {
    const body = JSON.stringify({ code: "invalid_input", errors: [null, {}, { field: "email" }] });
    expect(apiError(422, body).errors).toEqual([]);
  });
});

it("hasCode compares codes", () => {
  expect(hasCode(new ApiError("not_confirmed"), "not_confirmed")).toBe(true);
  expect(hasCode(new ApiError("internal"), "not_confirmed")).toBe(false);
  expect(hasCode({ code: "not_confirmed" }, "not_confirmed")).toBe(false);
});

it("only 401 means signed out", () => {
  expect(isSignedOut(new ApiError("session_ended", { status: 401 }))).toBe(true);
  expect(isSignedOut(new ApiError("unreachable"))).toBe(false);
  expect(isSignedOut(new Error("401"))).toBe(false);
});
