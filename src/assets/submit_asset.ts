import { type Asset, type Category, jobIdOf } from "./asset.ts";
import { asAssetError, AssetError } from "./errors.ts";
import { jobDataOf } from "./job_data.ts";
import { patiently } from "./patiently.ts";
import type { AssetStore, ImageStore, JobQueue, Logger, RequestTrace } from "./ports.ts";
import { within } from "./within.ts";

export interface SubmitDeps {
  readonly assets: AssetStore;
  readonly images: ImageStore;
  readonly queue: JobQueue;
}

export interface Submission extends RequestTrace {
  readonly userId: string;
  readonly category: Category;
  readonly image: Blob;
  /** The media type that the image's bytes show. */
  readonly contentType: string;
}

/** What a client gets in hand of an asset that is being analysed. */
export interface Queued {
  readonly assetId: string;
  readonly jobId: string;
}

/**
 * Image -> asset -> queue (FR-005..FR-010). When it returns, the asset is `processing` and its job
 * is queued; when it throws, nothing half-made stays, or a draft that names what does.
 */
export async function submitAsset(
  deps: SubmitDeps,
  submission: Submission,
  logger: Logger,
): Promise<Queued> {
  const draft = await beginSubmission(deps, submission);
  return await completeSubmission(deps, draft, submission, logger);
}

/** The first half of `submitAsset`: nothing of it is seen by anybody yet. */
export async function beginSubmission(
  { assets, queue }: SubmitDeps,
  { image: _image, contentType: _contentType, ...draft }: Submission,
): Promise<Asset> {
  await queue.ping();
  return await assets.insertDraft(draft);
}

/** The second half of `submitAsset`. */
export async function completeSubmission(
  deps: SubmitDeps,
  draft: Asset,
  { image, contentType }: Submission,
  logger: Logger,
): Promise<Queued> {
  let url: string | undefined;
  try {
    ({ url } = await deps.images.put(image.stream(), { name: draft.imageName, contentType }));
    await enqueue(deps, draft, url);
  } catch (error) {
    const isInDoubt = asAssetError(error).code === "image_in_doubt";
    const picture = isInDoubt ? "in doubt" : url === undefined ? "none" : "stored";
    const isUndone = await within(UNDO_MS, undo(deps, draft, picture, logger));
    if (isUndone ?? true) throw error;
  }
  const queued = { assetId: draft.id, jobId: jobIdOf(draft.id, 1) };
  logger.info(queued, "Asset queued");
  return queued;
}

async function enqueue({ assets, queue }: SubmitDeps, draft: Asset, url: string) {
  const asset = await assets.accept(draft.id, url);
  if (!asset) throw new AssetError("service_unavailable", "The draft was swept meanwhile");
  await queue.add(jobIdOf(asset.id, asset.run), jobDataOf(asset));
}

/** A client waits for this; what takes longer goes on without it. */
const UNDO_MS = 500;
/** For MongoDB to come back. A process that ends before leaves an asset like others. */
const WITHDRAW_MS = 60_000;
/** For the image store, which is often why there is something to undo. */
const REMOVE_MS = 2000;

/** Returns whether there is nothing to be seen of it any more: false when a worker has begun it. */
async function undo(
  { assets, images }: SubmitDeps,
  draft: Asset,
  picture: "none" | "stored" | "in doubt",
  logger: Logger,
): Promise<boolean> {
  const withdraw = async () => await assets.withdraw(draft.id) ?? await assets.find(draft.id);
  try {
    const left = await patiently(withdraw, AbortSignal.timeout(WITHDRAW_MS));
    if (left && left.status !== "draft") return false;
    // The draft goes last: it is the only record of the image's name.
    if (picture !== "none") await images.remove(draft.imageName, AbortSignal.timeout(REMOVE_MS));
    // What is in doubt may be stored only now: the reconciler removes it again, with the draft.
    if (picture !== "in doubt") await assets.deleteDraft(draft.id);
  } catch (err) {
    const fields = { assetId: draft.id, err };
    logger.warn(fields, "A failed submission left something behind, for the reconciler to remove");
  }
  return true;
}
