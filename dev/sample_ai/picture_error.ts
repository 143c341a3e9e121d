/** A picture that cannot be analysed: 422 for good (gone, not an image), 502 for now (its host is away). */
export class PictureError extends Error {
  override readonly name = "PictureError";

  constructor(readonly status: 422 | 502, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
