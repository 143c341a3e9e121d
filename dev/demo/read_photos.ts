import { basename } from "node:path";
import { DevServiceError } from "../services/dev_service_error.ts";

export interface Photo {
  readonly file: File;
  readonly category: string;
}

const PHOTOS = [
  { name: "camera.png", category: "camera" },
  { name: "coffee.png", category: "other" },
  { name: "chelsea.png", category: "other" },
];

/** The photographs at these paths or, without any, those of the project. */
export function readPhotos(paths: readonly string[]): Promise<Photo[]> {
  const chosen = paths.map((path) => ({ path, category: "other" }));
  const own = PHOTOS.map(({ name, category }) => ({
    path: new URL(`../photos/${name}`, import.meta.url),
    category,
  }));
  return Promise.all((chosen.length > 0 ? chosen : own).map(readPhoto));
}

async function readPhoto(
  { path, category }: { path: string | URL; category: string },
): Promise<Photo> {
  try {
    const file = new File([await Deno.readFile(path)], basename(String(path)));
    return { file, category };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DevServiceError(`The photo "${path}" cannot be read: ${why}`);
  }
}
