import type { Row } from "../row.ts";
import { at, isUpdate, userHas } from "./steps.ts";

export const r7: Row = {
  id: "R7",
  fault: "API killed between the upload and its record",
  kind: "kill",
  withinMs: 20_000,
  async inject(round) {
    const { apis, store } = round.world;
    const api = at(apis, 0);
    const images = store.images.size;
    const { mongo, store: toStore } = api.links;
    // The image is stored and either the store's answer or the write that follows does not come.
    if (round.number % 2 === 0) {
      toStore.blackhole("answers");
    } else {
      toStore.delay(300);
    }
    const sent = round.submitMany(6, { api });
    await round.until("the drafts", () => userHas(round, 6, "draft"));
    if (round.number % 2 === 0) {
      await round.until("the images", () => store.images.size >= images + 6);
    } else {
      mongo.blackhole("requests");
      await round.until("the write that is swallowed", () => isUpdate(mongo.swallowed));
    }
    await api.kill();
    for (const link of [mongo, toStore]) link.restore();
    round.faultOver();
    await Promise.all([sent, api.start()]);
    await round.submitMany(2);
  },
};
