import { startTcpProxy } from "../../support/tcp_proxy.ts";
import type { Row } from "../row.ts";
import { at, documentsOf, retryUntilAccepted } from "./steps.ts";

const KEYS = 4;

export const r9: Row = {
  id: "R9",
  fault: "API killed between the job and its answer; the client asks again with the same key",
  kind: "kill",
  withinMs: 20_000,
  async inject(round) {
    const { apis, queue } = round.world;
    const [api, other] = [at(apis, 0), at(apis, 1)];
    await using toApi = startTcpProxy(api.url);
    toApi.blackhole("answers");
    const keys = Array.from({ length: KEYS }, () => crypto.randomUUID());
    const sent = keys.map((idempotencyKey) =>
      round.submit({ api, idempotencyKey, url: toApi.url })
    );
    await round.until("the jobs", async () => {
      const documents = await documentsOf(round, round.user);
      const jobs = await Promise.all(
        documents.map(({ processingJobId }) => processingJobId && queue.getJob(processingJobId)),
      );
      return jobs.filter(Boolean).length === KEYS;
    });
    await api.kill();
    await Promise.all(sent);
    round.faultOver();
    await api.start();
    await Promise.all(keys.map((key) => retryUntilAccepted(round, key, other)));
  },
  async verify(round) {
    const { length } = await documentsOf(round, round.user);
    round.expect(length === KEYS, "I7", `${KEYS} keys have made ${length} assets`);
  },
};
