/**
 * Up to `count` of the `names` that have the longest common beginning and end with `name`, best first, without
 * duplicates.
 */
export function closestNames(name: string, names: Iterable<string>, count = 5): string[] {
  const best: { name: string; shared: number }[] = [];
  for (const candidate of new Set(names)) {
    const shared = sharedEnds(name, candidate);
    if (shared <= (best[count - 1]?.shared ?? 0)) continue;
    best.push({ name: candidate, shared });
    best.sort((a, b) => b.shared - a.shared);
    best.length = Math.min(best.length, count);
  }
  return best.map((one) => one.name);
}

function sharedEnds(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let head = 0;
  while (head < length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  return head + tail;
}
