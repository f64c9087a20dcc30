const digits = /^\d+$/;
const preRelease = /^[^a-z]*(?:alpha|beta|dev|pre|rc)$/i;

/**
 * Compares versions, serials and builds as people read them: runs of digits as numbers, the rest as text. A missing
 * part sorts first, except that words of a pre-release sort before it. `9.3` < `10.4`, `20240101` < `20240101.1`,
 * `56564` < `604814`, `40 Beta` < `40`.
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

/** The greatest version of a list by `compareVersions`; `undefined` for an empty list. */
export function newestVersion(versions: Iterable<string>): string | undefined {
  return [...versions].sort(compareVersions).at(-1);
}

function comparePart(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -comparePart(b, a);
  if (b === undefined) return preRelease.test(a) ? -1 : 1;
  if (digits.test(a) && digits.test(b)) return compareNumbers(a, b);
  const early = Number(preRelease.test(b)) - Number(preRelease.test(a));
  return early !== 0 ? early : a < b ? -1 : 1;
}

/** Serials can exceed the precision of doubles, so digits are compared as text of equal length. */
function compareNumbers(a: string, b: string): number {
  const width = Math.max(a.length, b.length);
  const [left, right] = [a.padStart(width, '0'), b.padStart(width, '0')];
  return left === right ? 0 : left < right ? -1 : 1;
}
