/**
 * Orders versions, serials and builds as people read them: runs of digits as numbers, the rest as text, a missing part
 * first. `9.3` < `10.4`, `20240101` < `20240101.1`, `56564` < `604814`.
 */
export function compareVersions(left: string, right: string): number {
  const a = left.match(/\d+|[^\d.]+/g) ?? [];
  const b = right.match(/\d+|[^\d.]+/g) ?? [];
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const order = comparePart(a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

/** The greatest of a list under `compareVersions`; `undefined` for an empty list. */
export function newestVersion(versions: Iterable<string>): string | undefined {
  return [...versions].sort(compareVersions).at(-1);
}

function comparePart(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const numeric = /^\d+$/;
  if (numeric.test(a) && numeric.test(b)) {
    const difference = BigInt(a) - BigInt(b);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  return a < b ? -1 : 1;
}
