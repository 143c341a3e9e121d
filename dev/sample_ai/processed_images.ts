const MAX_IMAGES = 200;

export interface ProcessedImages {
  /** Keeps a PNG and returns the path it is served at; beyond 200 the oldest goes. */
  add(png: Uint8Array<ArrayBuffer>): string;
  get(path: string): Uint8Array<ArrayBuffer> | undefined;
}

export function createProcessedImages(): ProcessedImages {
  const images = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    add(png) {
      const path = `/processed/${crypto.randomUUID()}.png`;
      images.set(path, png);
      const [oldest] = images.keys();
      if (oldest !== undefined && images.size > MAX_IMAGES) images.delete(oldest);
      return path;
    },
    get: (path) => images.get(path),
  };
}
