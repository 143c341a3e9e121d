import { randomBytes } from "node:crypto";
import { type Connection, Types } from "mongoose";
import { jobIdOf } from "../assets/asset.ts";
import { AssetError } from "../assets/errors.ts";
import type { AssetStore } from "../assets/ports.ts";
import { answered } from "./answered.ts";
import { assetModel } from "./asset_model.ts";
import { assetPages } from "./asset_pages.ts";
import { toAsset } from "./asset_record.ts";
import { submissionOutcomes } from "./submission_outcomes.ts";
import { deadLetters } from "./dead_letters.ts";
import { guardedUpdates, running } from "./guarded_updates.ts";
import { pastFailures } from "./past_failures.ts";
import { settlements } from "./settlements.ts";

const FIRST_ID = "0".repeat(24);

/** The assets in MongoDB. Every change is one guarded update: no transactions, so a standalone server serves. */
export function createMongoAssetStore(
  connection: Connection,
): AssetStore & { createIndexes(): Promise<void> } {
  const model = assetModel(connection);

  const guarded = guardedUpdates(model);
  const { update, become, read, once } = guarded;
  const ends = settlements(connection, guarded);
  const failures = pastFailures(connection);

  return {
    ...assetPages(model),
    ...submissionOutcomes(model, guarded),
    ...deadLetters(model, guarded),

    async insertDraft(draft) {
      const _id = new Types.ObjectId();
      const imageName = `${_id.toHexString()}-${randomBytes(16).toString("hex")}`;
      const [document] = await answered(model.create([{ ...draft, _id, imageName }]));
      if (!document) throw new TypeError("MongoDB created no document");
      return toAsset(document.toObject());
    },

    accept: (id, originalUrl) =>
      become("processing", { _id: id, status: "draft" }, {
        $set: {
          run: 1,
          processingJobId: jobIdOf(id, 1),
          "images.original.url": originalUrl,
        },
      }),

    withdraw: (id) =>
      become("draft", { _id: id, run: { $lte: 1 }, aiCalls: 0, isConfirmed: { $ne: true } }, {
        // So that an `accept` that MongoDB comes to only now finds no draft.
        $set: { run: 0, deletedAt: new Date() },
        $unset: { processingJobId: 1, images: 1 },
      }),

    async deleteDraft(id) {
      await answered(model.deleteOne({ _id: id, status: "draft" }));
    },

    claimCall(id, jobId, stamp, maxCalls) {
      const isLeft = { stamp: { $ne: stamp }, aiCalls: { $lt: maxCalls } };
      const guard = { ...running(id, jobId), ...isLeft };
      const change = { $set: { stamp }, $inc: { aiCalls: 1 }, $min: { firstCallAt: new Date() } };
      return once(update(guard, change), { ...running(id, jobId), stamp });
    },

    async releaseCall(id, jobId, stamp, { isUnheard = false } = {}) {
      const guard = { ...running(id, jobId), stamp };
      const $inc = { aiCalls: -1 };
      const unbegun = isUnheard && await update({ ...guard, aiCalls: 1 }, {
        $inc,
        $unset: { stamp: 1, firstCallAt: 1 },
      });
      return unbegun || await update(guard, { $inc, $unset: { stamp: 1 } });
    },

    recordAttempt: (id, jobId, attempt) =>
      update({ ...running(id, jobId), "attempts.at": { $ne: attempt.at } }, {
        $push: { attempts: attempt },
      }),

    activate: ends.activate,
    fail: ends.fail,

    async rerun(failed, { requestId, traceparent }, stamp) {
      const { id, run, deadLetter } = failed;
      await failures.keep(failed);
      const asFound = {
        _id: id,
        run,
        status: "failed",
        "deadLetter.state": deadLetter?.state ?? null,
      };
      return await become("processing", asFound, {
        $set: {
          run: run + 1,
          aiCalls: 0,
          attempts: [],
          processingJobId: jobIdOf(id, run + 1),
          stamp,
          requestId,
          ...(traceparent && { traceparent }),
        },
        $unset: {
          ...{ settledAt: 1, failure: 1, aiMetadata: 1, deadLetter: 1, firstCallAt: 1 },
          ...(!traceparent && { traceparent: 1 }),
        },
      });
    },

    // The run keeps its number: the job of that id may still turn up.
    undoRerun({ id, run, ...failed }, stamp) {
      const begun = { status: "processing", stamp };
      // A new run that MongoDB comes to only now finds that its number is taken.
      const notBegun = {
        ...{ status: "failed", run, processingJobId: failed.processingJobId },
        "deadLetter.state": failed.deadLetter?.state,
      };
      return update({ _id: id, $or: [begun, notBegun] }, {
        $set: {
          status: "failed",
          run: run + 1,
          processingJobId: failed.processingJobId,
          aiCalls: failed.aiCalls,
          ...(failed.firstCallAt && { firstCallAt: failed.firstCallAt }),
          attempts: failed.attempts,
          settledAt: failed.settledAt,
          failure: failed.failure,
          aiMetadata: { error: failed.failure?.message },
          deadLetter: failed.deadLetter,
          requestId: failed.requestId,
          ...(failed.traceparent && { traceparent: failed.traceparent }),
        },
        $unset: { stamp: 1, ...(!failed.traceparent && { traceparent: 1 }) },
      });
    },

    find: (id) => read({ _id: id, status: { $ne: "draft" } }),

    bury: (id, userId) =>
      update({ _id: id, userId, status: { $ne: "draft" } }, { $set: { deletedAt: new Date() } }),

    async tombstones(limit, after = FIRST_ID) {
      const buried = { deletedAt: { $exists: true }, _id: { $gt: new Types.ObjectId(after) } };
      const records = await answered(model.find(buried).sort("_id").limit(limit).lean());
      return records.map(toAsset);
    },

    async deleteTombstone(id) {
      await answered(model.deleteOne({ _id: id, deletedAt: { $exists: true } }));
    },

    async ping() {
      if (!connection.db) throw new AssetError("service_unavailable", "MongoDB is not connected");
      await answered(connection.db.admin().ping());
    },

    async createIndexes() {
      // On a large collection it takes its time.
      const all = [model.createIndexes(), ends.createIndexes(), failures.createIndexes()];
      await answered(Promise.all(all), Infinity);
    },
  };
}
