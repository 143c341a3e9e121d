/** Everyday colour names, each with the shades (sRGB hex) that people call so. */
export const PALETTE: Readonly<Record<string, readonly string[]>> = {
  black: ["#000000", "#1e1e1e"],
  grey: ["#4f4f4f", "#808080", "#a6a6a6", "#c8c8c8"],
  white: ["#ffffff", "#eeeeee"],
  red: ["#ff0000", "#c4161c"],
  burgundy: ["#800020", "#5a1020"],
  orange: ["#ff7f00", "#e0661a"],
  brown: ["#8b4f22", "#5e3719", "#3a2212", "#a8743f"],
  beige: ["#d8c3a0", "#efe3cc", "#b9a37e"],
  yellow: ["#ffff00", "#ffd21f"],
  olive: ["#6b7032", "#4a5023"],
  green: ["#00ff00", "#2e9b3f", "#14592a"],
  teal: ["#008080", "#2fb8ac"],
  blue: ["#0000ff", "#2767c7", "#7fb6e8"],
  navy: ["#000080", "#14264d"],
  purple: ["#800080", "#6f42a8", "#b79be0"],
  pink: ["#ff69b4", "#f5b3c8"],
};
