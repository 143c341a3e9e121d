import assert from "node:assert/strict";
import { createApp } from "../../src/http/app.ts";
import { assertAnswer } from "../support/contract.ts";
import { memoryPorts } from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { newUserId } from "../support/tokens.ts";

Deno.test("a fault of our own is 500 with a fixed text; its cause is in the log only", async () => {
  const ports = memoryPorts();
  const cause = new RangeError("secret-detail");
  ports.faults["find"] = () => Promise.reject(cause);
  const { logger, lines } = recordLogs();
  const userId = newUserId();
  const app = createApp({
    ...{ ...ports, logger, dependencies: {}, isDraining: () => false },
    verifyToken: () => Promise.resolve({ userId, isAdmin: false }),
  });
  const url = `http://localhost/api/assets/${newUserId()}`;
  const response = await app.request(url, {
    headers: { Authorization: "Bearer any", "X-Request-Id": "request-7" },
  });
  const { status, headers } = response;
  const body = await response.json();
  assertAnswer({ method: "GET", url, status, headers, body });
  assert.equal(status, 500);
  const message = "Something went wrong on our side";
  assert.deepEqual(body, {
    success: false,
    error: { code: "INTERNAL_ERROR", message, requestId: "request-7" },
  });
  const failed = lines.filter(({ level }) => level === "error");
  assert.deepEqual(failed.map(({ fields }) => [fields["err"], fields["requestId"]]), [
    [cause, "request-7"],
  ]);
});

Deno.test("requests are logged at info, but health checks that are well only at debug", async () => {
  const { logger, lines } = recordLogs();
  let isDraining = false;
  const app = createApp({
    ...{ ...memoryPorts(), logger, dependencies: {}, isDraining: () => isDraining },
    verifyToken: () => Promise.reject(new Error("no token")),
  });
  for (const path of ["/livez", "/healthz", "/readyz", "/api/assets", "/nowhere"]) {
    await app.request(path);
  }
  isDraining = true;
  await app.request("/readyz");
  const answered = lines.filter(({ message }) => message === "Request answered");
  assert.deepEqual(answered.map(({ level, fields }) => [fields["path"], fields["status"], level]), [
    ["/livez", 200, "debug"],
    ["/healthz", 200, "debug"],
    ["/readyz", 200, "debug"],
    ["/api/assets", 401, "info"],
    ["/nowhere", 404, "info"],
    ["/readyz", 503, "info"],
  ]);
});
