import { aside, heading, isColourful, type Style, style } from "../style.ts";
import { outcomeOf } from "../client/outcome_of.ts";
import type { Photo } from "./read_photos.ts";
import type { Journey } from "./submit_photo.ts";

export const show = (value: unknown) =>
  Deno.inspect(value, { depth: 5, breakLength: 100, colors: isColourful });

/** One photo's way through the pipeline, a line for each thing that a client sees. */
export function tell(
  { file, category }: Photo,
  { accepted, event, asset }: Journey,
): string {
  const size = `${Math.round(file.size / 1000)} kB`;
  return [
    "",
    `${heading(file.name)} ${aside(`${size}, category ${category}`)}`,
    row(accepted.at, "green", "202 accepted", `asset ${accepted.assetId}`),
    row(event.at, "cyan", "asset_processed", outcomeOf(event.payload)),
    row(asset.at, "green", "200 asset", `${asset.data.status}, by ${asset.data.processingJobId}`),
  ].join("\n");
}

function row(at: number, color: Style, what: string, detail: string): string {
  const time = `${Math.round(at)} ms`.padStart(9);
  return `${aside(time)}  ${style(color, what.padEnd(15))}  ${detail}`;
}
