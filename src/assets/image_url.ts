/**
 * Whether a picture may be read from this address: https anywhere, and in development also http on
 * a loopback address of this machine (contract, "Queue").
 */
export function isImageUrl(text: string, { allowLoopback }: { allowLoopback: boolean }): boolean {
  // URL alone forgives missing slashes and white space around.
  if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const isLoopback = hostname === "localhost" || hostname === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(hostname);
  return protocol === "https:" || (allowLoopback && protocol === "http:" && isLoopback);
}
