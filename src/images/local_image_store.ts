import { join } from "node:path";
import { AssetError } from "../assets/errors.ts";
import type { ImageStore } from "../assets/ports.ts";

const EXTENSIONS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/gif": "gif",
  "image/avif": "avif",
  "image/heic": "heic",
};

const FILE_NAME = /^[0-9a-f-]+\.([a-z]+)$/;

export interface LocalImage {
  readonly contentType: string;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Keeps pictures in a folder, for development without Cloudinary. `baseUrl` is asked at each put,
 * because the port may be known only after the server listens.
 */
export function createLocalImageStore(
  { directory, baseUrl }: { directory: string; baseUrl: () => string },
): ImageStore & { read(fileName: string): Promise<LocalImage | null> } {
  return {
    async put(image, { name, contentType, signal }) {
      const fileName = `${name}.${EXTENSIONS[contentType]}`;
      try {
        await Deno.mkdir(directory, { recursive: true });
      } catch (cause) {
        throw unavailable(`The folder ${directory} could not be made`, cause);
      }
      try {
        await Deno.writeFile(join(directory, fileName), image, signal && { signal });
      } catch (cause) {
        throw new AssetError("image_in_doubt", `${fileName} was not written whole`, { cause });
      }
      return { url: `${baseUrl()}/images/${fileName}` };
    },

    async remove(name) {
      for (const extension of Object.values(EXTENSIONS)) {
        await Deno.remove(join(directory, `${name}.${extension}`)).catch((cause) => {
          if (cause instanceof Deno.errors.NotFound) return;
          throw unavailable(`The image could not be removed from ${directory}`, cause);
        });
      }
    },

    async read(fileName) {
      const extension = FILE_NAME.exec(fileName)?.[1];
      const type = Object.entries(EXTENSIONS).find(([, known]) => known === extension);
      if (!type) return null;
      try {
        const file = await Deno.open(join(directory, fileName));
        return { contentType: type[0], body: file.readable };
      } catch (cause) {
        if (cause instanceof Deno.errors.NotFound) return null;
        throw cause;
      }
    },
  };
}

function unavailable(message: string, cause: unknown): AssetError {
  return new AssetError("service_unavailable", message, { cause });
}
