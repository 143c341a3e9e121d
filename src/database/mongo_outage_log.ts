import { type Connection, Schema } from "mongoose";
import type { Outage, OutageLog } from "../assets/ai_outage.ts";
import { answered } from "./answered.ts";
import { SCHEMA_OPTIONS } from "./schema_options.ts";

const DAY_SECONDS = 86_400;

/** Between one hold and the next a job comes and finds the AI service still away. */
const GAP_MS = 1000;

const outageSchema = new Schema<Outage>(
  { from: { type: Date, required: true }, until: { type: Date, required: true } },
  {
    collection: "ai_outages",
    ...SCHEMA_OPTIONS,
  },
);

// No run that began before them is still under way a day later.
outageSchema.index({ until: 1 }, { expireAfterSeconds: DAY_SECONDS });

/** The outages in MongoDB: one document for all holds that follow each other. */
export function createMongoOutageLog(
  connection: Connection,
): OutageLog & { createIndexes(): Promise<void> } {
  const model = connection.model<Outage>("Outage", outageSchema);
  return {
    async note({ from, until }) {
      const isSame = { from: { $lte: from }, until: { $gte: new Date(from.getTime() - GAP_MS) } };
      const change = { $max: { until }, $setOnInsert: { from } };
      await answered(model.updateOne(isSame, change, { upsert: true }));
    },

    async since(time) {
      const query = model.find({ until: { $gt: time } }, { _id: 0 }).sort("from");
      return await answered(query.lean());
    },

    async createIndexes() {
      await answered(model.createIndexes(), Infinity);
    },
  };
}
