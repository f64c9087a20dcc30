/**
 * Compares versions like systemd-boot (UAPI version format specification): `~` sorts before everything, the end
 * before other characters, then `-`, `^`, `.`; digits as numbers, letters as text with capitals first.
 */
export function compareBootVersions(left: string, right: string): number {
  const [a, b] = [piecesOf(left), piecesOf(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const order = comparePieces(a[index], b[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Runs of digits, runs of letters, and separators; other characters are ignored. */
function piecesOf(version: string): string[] {
  return version.replace(/[^A-Za-z0-9~^.-]/g, ' ').match(/\d+|[A-Za-z]+|[~^.-]/g) ?? [];
}

function comparePieces(a: string | undefined, b: string | undefined): number {
  const order = rankOf(a) - rankOf(b);
  if (order !== 0 || a === undefined || b === undefined) return order;
  if (!/^\d/.test(a)) return a === b ? 0 : a < b ? -1 : 1;
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (left.length !== right.length) return left.length - right.length;
  return left === right ? 0 : left < right ? -1 : 1;
}

/** The order of tests in the specification: `~`, the end, `-`, `^`, `.`, letters, digits. */
function rankOf(piece: string | undefined): number {
  if (piece === undefined) return 1;
  const separator = ['~', '', '-', '^', '.'].indexOf(piece);
  if (separator >= 0) return separator;
  return /^\d/.test(piece) ? 6 : 5;
}
