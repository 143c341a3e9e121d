import { newUser } from "../client/user.ts";
import type { Row } from "../row.ts";
import { at, expectEnd, submitOne } from "./steps.ts";

const TIMES = 50;

export const r35: Row = {
  id: "R35",
  fault: "two admins replay the same dead letter 50 times at once",
  kind: "timed",
  withinMs: 15_000,
  async inject(round) {
    const { apis } = round.world;
    await round.orderFault({ kind: "status", status: 400, times: 1 });
    const assetId = await submitOne(round, { mayFail: true });
    await expectEnd(round, assetId, { status: "failed", calls: 1 });
    const admins = [round.admin, await newUser({ roles: ["admin"] })];
    const path = `/api/assets/dead-letter/asset-${assetId}-1/replay`;
    const replays = await Promise.all(
      Array.from({ length: TIMES }, (_, nth) => {
        const [user, api] = [at(admins, nth % 2), at(apis, nth % apis.length)];
        return round.ask("replay", path, {
          ...{ assetId, user, api, mayFail: true },
        });
      }),
    );
    round.faultOver();
    const statuses = replays.map(({ status }) => status).sort();
    const isOne = statuses.join() === [202, ...Array(TIMES - 1).fill(409)].join();
    round.expect(isOne, "I5", `replays were answered ${statuses.join()}`);
    await expectEnd(round, assetId, { status: "active", calls: 2 });
  },
};
