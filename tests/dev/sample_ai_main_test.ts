import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`the process tells its address and ends with 0 on ${signal}`, async () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "dev/sample_ai/main.ts"],
      cwd: root,
      env: { PORT: "" },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream());
    let told = "";
    for await (const text of lines.values({ preventCancel: true })) {
      told += text;
      if (told.endsWith("\n")) break;
    }
    const [, url] = told.match(/^sample AI service on (http:\/\/127\.0\.0\.1:\d+)\n$/) ?? [];
    assert.ok(url, told);
    assert.deepEqual(await (await fetch(`${url}/healthz`)).json(), { ok: true });
    child.kill(signal);
    assert.equal((await child.status).code, 0);
    await lines.cancel();
  });
}
