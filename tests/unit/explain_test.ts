import assert from "node:assert/strict";
import { explain } from "../../src/assets/explain.ts";

Deno.test("an explanation is one line with every cause, outermost first", () => {
  const cause = new Error("it could not be reached", { cause: "HTTP status 503" });
  assert.equal(
    explain(new Error("The call failed", { cause })),
    "The call failed: it could not be reached: HTTP status 503",
  );
  assert.equal(explain("text"), "text");
  assert.equal(explain(undefined), "");
});

Deno.test("an explanation shows no password of a URL", () => {
  const error = new Error("for url (http://user:p4ss@ai.example.com/analyze) and //key:s3c@x");
  assert.equal(explain(error), "for url (http://***@ai.example.com/analyze) and //***@x");
});

Deno.test("an explanation has an end, also of causes in a circle", () => {
  assert.equal(explain(new Error("😀".repeat(400))).length, 500);
  assert.ok(explain(new Error(`x${"😀".repeat(400)}`)).isWellFormed());
  const circle = new Error("round");
  circle.cause = circle;
  assert.equal(explain(circle), "round: round: round: round: round");
});
