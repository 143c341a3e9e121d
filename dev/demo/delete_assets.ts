/** Deletes all assets of the token's user: a demo leaves nothing in a stack that is not its own. */
export async function deleteAssets(apiUrl: string, token: string): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` };
  const listing = await fetch(`${apiUrl}/api/assets?limit=100`, { headers });
  const { items }: { items: { assetId: string }[] } = (await listing.json()).data;
  for (const { assetId } of items) {
    const deletion = await fetch(`${apiUrl}/api/assets/${assetId}`, { method: "DELETE", headers });
    await deletion.body?.cancel();
  }
}
