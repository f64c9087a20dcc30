/** Enough to keep the thread pool of the file system busy. */
const atOnce = 32;

/** Examines all items, several at once; the results are in the order of the items. */
export async function lookAtEach<T, R>(
  items: readonly T[],
  look: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const todo = items.entries();
  const lane = async (): Promise<void> => {
    for (const [i, item] of todo) results[i] = await look(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}
