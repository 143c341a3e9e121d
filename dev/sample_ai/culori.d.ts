/** culori brings no types; these are the three functions used here. */
export interface Lab65 {
  mode: "lab65";
  l: number;
  a: number;
  b: number;
}

export function converter(mode: "lab65"): (color: string) => Lab65;

export function differenceCiede2000(): (a: Lab65, b: Lab65) => number;

export function nearest<T>(
  colors: readonly T[],
  metric: (a: Lab65, b: Lab65) => number,
  accessor: (color: T) => Lab65,
): (color: Lab65, count?: number) => T[];
