import { setTimeout as pause } from "node:timers/promises";
import type { Round } from "../round.ts";
import type { Row } from "../row.ts";
import type { RoleSlot } from "../world/role_slot.ts";

const ROUND_MS = 60_000;
const LOAD_EVERY_MS = 500;

/** Each makes its fault and takes it back. */
const FAULTS: Readonly<Record<string, (round: Round) => Promise<void>>> = {
  async kill(round) {
    const slot = pick(round, slotsOf(round));
    await slot.kill();
    await slot.start();
  },
  async terminate(round) {
    const slot = pick(round, slotsOf(round));
    await slot.terminate();
    await slot.start();
  },
  async stopWorker(round) {
    const worker = pick(round, round.world.workers);
    worker.freeze();
    await pause(3000);
    worker.thaw();
  },
  async killRedis({ world: { redis } }) {
    await redis.kill();
    await redis.restart();
  },
  async emptyRedis({ world: { redis } }) {
    await redis.kill();
    await redis.restart({ isEmpty: true });
  },
  async stopRedis({ world: { redis } }) {
    redis.freeze();
    await pause(3000);
    redis.thaw();
  },
  async killMongo({ world: { mongo } }) {
    await mongo.kill();
    await mongo.restart();
  },
  async stopMongo({ world: { mongo } }) {
    mongo.freeze();
    await pause(3000);
    mongo.thaw();
  },
  async spoilLink(round) {
    const link = pick(round, Object.values(pick(round, slotsOf(round)).links));
    const spoil = pick(round, [
      () => link.cut(),
      () => link.delay(200),
      () => link.blackhole("requests"),
      () => link.blackhole("answers"),
    ]);
    spoil();
    await pause(2000);
    link.restore();
  },
  async spoilAnswers(round) {
    const kinds = ["hang", "cut", "bad_json", "huge", "status", "rate_limit"];
    const kind = pick(round, kinds);
    await round.orderFault({ kind, times: 5, ...(kind === "rate_limit" && { retryAfter: "1" }) });
    await pause(2000);
    await round.clearFaults();
  },
  async spoilStore({ world: { store } }) {
    store.fault = () => Response.json({ error: { message: "failing" } }, { status: 500 });
    await pause(1000);
    store.fault = undefined;
  },
  async moveDevice(round) {
    const device = pick(round, round.devices);
    device.disconnect();
    await pause(1000);
    await device.connect(pick(round, round.world.apis).url);
  },
};

/** A steady load for a minute, and one fault after the other. */
export const soak: Row = {
  id: "R47",
  fault: "a random mix of faults over a steady load, a minute each round",
  kind: "timed",
  withinMs: 60_000,
  // Less than its faults last, so that they are met by timeouts too.
  world: { env: { AI_TIMEOUT_MS: "1500" } },
  // By as many faults as there are in a minute.
  rules: { callsGivenBack: 20 },
  async inject(round) {
    const endsAt = Date.now() + ROUND_MS;
    const sent: Promise<unknown>[] = [];
    const load = (async () => {
      while (Date.now() < endsAt) {
        sent.push(round.submitMany(2, { mayFail: true }));
        await pause(LOAD_EVERY_MS);
      }
    })();
    while (Date.now() < endsAt) {
      const name = pick(round, Object.keys(FAULTS));
      await FAULTS[name]?.(round);
      await pause(1000 + 3000 * round.random());
    }
    await load;
    await Promise.all(sent);
  },
};

const slotsOf = ({ world }: Round): RoleSlot[] => [...world.apis, ...world.workers];

function pick<T>({ random }: Round, all: readonly T[]): T {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new TypeError("Nothing to pick from");
  return one;
}
