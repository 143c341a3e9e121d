// @ts-types="./culori.d.ts"
import { converter, differenceCiede2000, nearest } from "culori";
import { PALETTE } from "./palette.ts";

const MAX_NAMES = 3;
const MIN_SHARE = 0.1;

export interface Guess {
  value: string;
  /** 0..1 */
  confidence: number;
}

/**
 * Names the dominant colours of a picture given as RGBA bytes, most frequent first, as in "brown / beige".
 * The confidence is the share of the opaque pixels so named; without any it is "unknown" and 0.
 */
export function nameColorway(rgba: Uint8Array): Guess {
  const shades = countShades(rgba);
  const nameShade = createShadeNamer();
  const counts = new Map<string, number>();
  let total = 0;
  for (const [shade, count] of shades) {
    const name = nameShade(shade);
    counts.set(name, (counts.get(name) ?? 0) + count);
    total += count;
  }
  const ranked = [...counts].sort(([, a], [, b]) => b - a);
  const named = ranked
    .filter(([, count], rank) => rank === 0 || count / total >= MIN_SHARE)
    .slice(0, MAX_NAMES);
  if (named.length === 0) return { value: "unknown", confidence: 0 };
  const covered = named.reduce((sum, [, count]) => sum + count, 0);
  return {
    value: named.map(([name]) => name).join(" / "),
    confidence: Math.round(100 * covered / total) / 100,
  };
}

/** Five bits a channel: a few hundred shades to name instead of thousands of pixels. */
function countShades(rgba: Uint8Array): Map<number, number> {
  const view = new DataView(rgba.buffer, rgba.byteOffset, rgba.byteLength);
  const shades = new Map<number, number>();
  for (let at = 0; at < rgba.length; at += 4) {
    const pixel = view.getUint32(at);
    const opaque = (pixel & 0xff) >= 0x80;
    if (!opaque) continue;
    const shade = (pixel >>> 8) & 0xf8f8f8;
    shades.set(shade, (shades.get(shade) ?? 0) + 1);
  }
  return shades;
}

function createShadeNamer(): (shade: number) => string {
  const toLab = converter("lab65");
  const swatches = Object.entries(PALETTE).flatMap(([name, hexes]) =>
    hexes.map((hex) => ({ name, lab: toLab(hex) }))
  );
  const nearestSwatch = nearest(swatches, differenceCiede2000(), (swatch) => swatch.lab);
  return (shade) => {
    const [swatch] = nearestSwatch(toLab(`#${shade.toString(16).padStart(6, "0")}`));
    return swatch?.name ?? "unknown";
  };
}
