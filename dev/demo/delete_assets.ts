/** Deletes all assets of the token's user: a demo leaves nothing in a stack that is not its own. */
export async function deleteAssets(apiUrl: string, token: string): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` };
  for (;;) {
    const listing = await fetch(`${apiUrl}/api/assets?limit=100`, { headers });
    const { items }: { items: { assetId: string }[] } = (await listing.json()).data;
    if (items.length === 0) return;
    for (const { assetId } of items) {
      const url = `${apiUrl}/api/assets/${assetId}`;
      await (await fetch(url, { method: "DELETE", headers })).body?.cancel();
    }
  }
}
