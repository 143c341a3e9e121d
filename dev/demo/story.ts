import { styleText } from "node:util";
import type { Journey } from "./submit_photo.ts";

type Style = Parameters<typeof styleText>[0];

const isColourful = Deno.stdout.isTerminal() && !Deno.noColor;

const style = (format: Style, text: string) =>
  isColourful ? styleText(format, text, { validateStream: false }) : text;

export const heading = (text: string) => style("bold", text);
export const show = (value: unknown) =>
  Deno.inspect(value, { depth: 5, breakLength: 100, colors: isColourful });
export const aside = (text: string) => style("dim", text);

/** One photo's way through the pipeline, a line for each thing that a client sees. */
export function tell(photo: File, category: string, { accepted, event, asset }: Journey): string {
  const size = `${Math.round(photo.size / 1000)} kB`;
  const { payload } = event;
  const outcome = payload.status === "active"
    ? `active: ${share(payload.aiMetadata.colorway)}`
    : `failed: ${payload.error}`;
  return [
    "",
    `${heading(photo.name)} ${aside(`${size}, category ${category}`)}`,
    row(accepted.at, "green", "202 accepted", `asset ${accepted.assetId}`),
    row(event.at, "cyan", "asset_processed", outcome),
    row(asset.at, "green", "200 asset", `${asset.data.status}, by ${asset.data.processingJobId}`),
  ].join("\n");
}

function row(at: number, color: Style, what: string, detail: string): string {
  const time = `${Math.round(at)} ms`.padStart(9);
  return `${aside(time)}  ${style(color, what.padEnd(15))}  ${detail}`;
}

function share({ value, confidence }: { value: string; confidence: number }): string {
  return `${value} (${Math.round(confidence * 100)} %)`;
}
