import type { ImageStore } from "../assets/ports.ts";
import type { Config } from "../config/config.ts";
import { createCloudinaryImageStore } from "./cloudinary_image_store.ts";
import { createLocalImageStore, type LocalImage } from "./local_image_store.ts";

/** In the working directory; the permissions of `deno task api` name its parent. */
const LOCAL_DIRECTORY = ".data/images";

/** Where the pictures go, and how this server itself serves them when nobody else does. */
export interface OpenedImageStore {
  readonly images: ImageStore;
  readonly readImage?: (fileName: string) => Promise<LocalImage | null>;
}

/** Cloudinary where it is configured; else, in development only, a folder that this server serves. */
export async function openImageStore(
  { cloudinaryUrl, timeoutMs }: Config["images"],
  baseUrl: () => string,
): Promise<OpenedImageStore> {
  if (cloudinaryUrl) {
    return { images: await createCloudinaryImageStore({ url: cloudinaryUrl, timeoutMs }) };
  }
  const local = createLocalImageStore({ directory: LOCAL_DIRECTORY, baseUrl });
  return { images: local, readImage: local.read };
}
