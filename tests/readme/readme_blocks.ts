import { readProjectFile } from "../support/project_files.ts";

const FENCE = /^```(\w+)\n(.*?)^```$/gms;
const HEADING = /^## (.+)$/gm;

/** The fenced blocks of the README, each by its section, its language, and which of these it is. */
export async function readmeBlocks(): Promise<Map<string, string>> {
  const page = await readProjectFile("README.md");
  const headings = [...page.matchAll(HEADING)];
  const blocks = new Map<string, string>();
  for (const { index, 1: language, 2: text = "" } of page.matchAll(FENCE)) {
    const section = headings.findLast((heading) => heading.index < index)?.[1];
    let nth = 1;
    while (blocks.has(`${section}, ${language} ${nth}`)) nth++;
    blocks.set(`${section}, ${language} ${nth}`, text);
  }
  return blocks;
}
