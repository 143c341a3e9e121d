// 8 x 8 pixels, so that looking at thousands of them takes no time.
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR42mP4z8CAFTEMLQkAKP8/wc53yE8AAAAASUVORK5CYII=";

/** A real picture, and a very small one. */
export const picture = new File([Uint8Array.fromBase64(PNG)], "small.png", { type: "image/png" });
