import type { Row } from "../row.ts";

export const r29: Row = {
  id: "R29",
  fault: "image store down, failing, hanging, slow",
  kind: "timed",
  withinMs: 20_000,
  async inject(round) {
    const { apis, store } = round.world;
    const links = apis.map(({ links }) => links.store);
    const submitAll = async (status: number) => {
      for (const sent of await round.submitMany(3)) {
        const told = `answered ${sent.status}, not ${status}`;
        round.expect(sent.status === status, "answer", told);
      }
    };
    for (const link of links) link.cut();
    await submitAll(503);
    for (const link of links) link.restore();

    for (const status of [500, 502]) {
      store.fault = () => Response.json({ error: { message: "failing" } }, { status });
      await submitAll(503);
    }
    store.fault = undefined;

    // Stored, but nobody hears of it.
    for (const link of links) link.blackhole("answers");
    await submitAll(503);
    for (const link of links) link.restore();

    for (const link of links) link.delay(100);
    await submitAll(202);
    for (const link of links) link.restore();
    round.faultOver();
  },
};
