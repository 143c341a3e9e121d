import { clearFaults } from "../../support/ai_control.ts";
import type { World } from "./world.ts";

/** Takes back whatever a fault that could not be made to its end has left behind. */
export async function mend({ redis, mongo, ai, store, apis, workers }: World): Promise<void> {
  store.fault = undefined;
  for (const server of [redis, mongo]) {
    server.thaw();
    if (!server.isRunning()) await server.restart();
  }
  for (const slot of [...apis, ...workers]) {
    for (const link of Object.values(slot.links)) link.restore();
    slot.thaw();
    if (!slot.isRunning) await slot.start();
  }
  await clearFaults(ai.url);
}
