import { setTimeout as pause } from "node:timers/promises";
import type { Row } from "../row.ts";
import { at, userHas } from "./steps.ts";

const COUNT = 60;

export const r31: Row = {
  id: "R31",
  fault: "device that comes and goes each half second",
  kind: "timed",
  withinMs: 20_000,
  async inject(round) {
    const device = at(round.devices, 0);
    let isOver = false;
    const flapping = (async () => {
      while (!isOver) {
        await pause(250 + 250 * round.random());
        device.disconnect();
        await pause(250 * round.random());
        await device.connect();
      }
    })();
    for (let sent = 0; sent < COUNT; sent += 10) await round.submitMany(10);
    await round.until("their ends", () => userHas(round, COUNT, "active"), 60_000);
    isOver = true;
    await flapping;
  },
};
