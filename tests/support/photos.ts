/** One of the real photographs that ship with the project. */
export async function photo(name: "camera.png" | "coffee.png" | "chelsea.png"): Promise<File> {
  const bytes = await Deno.readFile(new URL(`../../dev/photos/${name}`, import.meta.url));
  return new File([bytes], name, { type: "image/png" });
}

/** A real photograph padded to exactly `size` bytes; decoders ignore what follows a PNG's end. */
export async function photoOfSize(size: number): Promise<File> {
  const original = await photo("camera.png");
  return new File([original, new Uint8Array(size - original.size)], original.name);
}
