import { createCloudinaryImageStore } from "../../src/images/cloudinary_image_store.ts";
import type { ImageStore } from "../../src/assets/ports.ts";
import type { FakeCloudinary } from "./fake_cloudinary.ts";

export const NAME = "507f1f77bcf86cd799439011-00112233445566778899aabbccddeeff";
export const PICTURE = new Blob(["a picture"]);

/** The store as production makes it, unless `change` spoils its address. */
export function openStore(
  { cloudinaryUrl }: FakeCloudinary,
  { timeoutMs = 15_000, change = (url: string) => url } = {},
) {
  return createCloudinaryImageStore({ url: change(cloudinaryUrl), timeoutMs });
}

export function put(store: ImageStore, image: Blob = PICTURE): Promise<{ url: string }> {
  return store.put(image.stream(), { name: NAME, contentType: "image/png" });
}

/** No answer comes until the test ends; the server could not stop before. */
export function hang(cloudinary: FakeCloudinary): Disposable {
  const { promise, resolve } = Promise.withResolvers<Response>();
  cloudinary.fault = () => promise.then((response) => response.clone());
  return { [Symbol.dispose]: () => resolve(new Response()) };
}
