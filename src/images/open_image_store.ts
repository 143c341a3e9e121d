import type { ImageStore } from "../assets/ports.ts";
import type { Config } from "../config.ts";
import { createCloudinaryImageStore } from "./cloudinary_image_store.ts";
import { createLocalImageStore, type LocalImage } from "./local_image_store.ts";

/** Where the pictures go, and how this server itself serves them when nobody else does. */
export interface OpenedImageStore {
  readonly images: ImageStore;
  readonly readImage?: (fileName: string) => Promise<LocalImage | null>;
}

/** Cloudinary where it is configured; else, in development only, a folder that this server serves. */
export async function openImageStore(
  { cloudinaryUrl, localDirectory, timeoutMs }: Config["images"],
  baseUrl: () => string,
): Promise<OpenedImageStore> {
  if (cloudinaryUrl) {
    return { images: await createCloudinaryImageStore({ url: cloudinaryUrl, timeoutMs }) };
  }
  const local = createLocalImageStore({ directory: localDirectory, baseUrl });
  return { images: local, readImage: local.read };
}
