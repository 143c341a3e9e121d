import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];

/** Whether standard output shows colours. */
export const isColourful = Deno.stdout.isTerminal() && !Deno.noColor;

/** The text in that style, where colours are shown. */
export function style(format: Style, text: string): string {
  return isColourful ? styleText(format, text, { validateStream: false }) : text;
}

export const heading = (text: string) => style("bold", text);
export const aside = (text: string) => style("dim", text);
