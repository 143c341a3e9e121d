/** The Deno that a denort belongs to, such as 2.6.8; undefined when the file is none. */
export async function denortVersion(file: string): Promise<string | undefined> {
  const text = new TextDecoder("latin1").decode(await Deno.readFile(file));
  return /Deno\/(\d+\.\d+\.\d+)/.exec(text)?.[1];
}
