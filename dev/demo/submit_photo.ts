import type { AssetProcessed } from "../../src/assets/asset_processed.ts";
import { DevServiceError } from "../services/dev_service_error.ts";
import type { presentAsset } from "../../src/http/present_asset.ts";
import type { Listener } from "./listener.ts";
import type { Photo } from "./read_photos.ts";

type PresentedAsset = ReturnType<typeof presentAsset>;

/** What happened to one photo, each with its time in milliseconds since the upload began. */
export interface Journey {
  readonly accepted: { readonly at: number; readonly assetId: string; readonly jobId: string };
  readonly event: { readonly at: number; readonly payload: AssetProcessed };
  readonly asset: { readonly at: number; readonly data: PresentedAsset };
}

/** The main job, as a client does it: upload, wait for the event, read the asset. */
export async function submitPhoto(
  { apiUrl, token, listener }: { apiUrl: string; token: string; listener: Listener },
  photo: Photo,
): Promise<Journey> {
  const startedAt = performance.now();
  const timed = <T extends object>(result: T) => ({ ...result, at: performance.now() - startedAt });
  const headers = { Authorization: `Bearer ${token}` };

  const form = new FormData();
  form.set("category", photo.category);
  form.set("image", photo.file);
  const url = `${apiUrl}/api/assets/analyze-queue`;
  const upload = await fetch(url, { method: "POST", headers, body: form });
  const answer = await upload.json();
  if (upload.status !== 202) throw refused(photo, answer.error);
  const { assetId, jobId } = answer.data;
  const accepted = timed({ assetId, jobId });

  const event = timed({ payload: await listener.eventOf(assetId) });

  const reading = await fetch(`${apiUrl}/api/assets/${assetId}`, { headers });
  const asset = timed({ data: (await reading.json()).data });
  return { accepted, event, asset };
}

function refused(
  { file }: Photo,
  { message, details = [] }: { message: string; details?: { message: string }[] },
): DevServiceError {
  const why = details.map((detail) => detail.message).join("; ");
  return new DevServiceError(`The API takes no ${file.name}: ${why || message}`);
}
