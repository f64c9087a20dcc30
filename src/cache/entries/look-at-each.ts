/** As many as keep the threads of the file system at work. */
const atOnce = 16;

/** Looks at all items, several at once; the results are in the order of the items. */
export async function lookAtEach<T, R>(
  items: readonly T[],
  look: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += atOnce) {
    results.push(...(await Promise.all(items.slice(i, i + atOnce).map(look))));
  }
  return results;
}
