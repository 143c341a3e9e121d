/** As Promise.all, but rejects only when none of them is under way any more. */
export async function allOf<T extends readonly unknown[]>(promises: [...T]) {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
