const digits = /^\d/;

/**
 * Compares versions like RPM and GRUB: runs of digits as numbers, runs of letters as text, numbers above letters, `~`
 * below everything, even the end. All other characters only separate.
 */
export function compareRpm(left: string, right: string): number {
  const a = left.match(/~|\d+|[A-Za-z]+/g) ?? [];
  const b = right.match(/~|\d+|[A-Za-z]+/g) ?? [];
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const order = compareRun(a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

/**
 * Compares names as GRUB orders boot entries: the last two dashes separate name, version and release (its command
 * `blscfg`).
 */
export function compareRpmNames(left: string, right: string): number {
  const [a, b] = [divide(left), divide(right)];
  for (const part of ['name', 'version', 'release'] as const) {
    const order = compareRpm(a[part], b[part]);
    if (order !== 0) return order;
  }
  return 0;
}

/** With only one dash there is no release. */
function divide(text: string): Record<'name' | 'version' | 'release', string> {
  const [, name = text, version = '', release = ''] =
    /^(.*)-([^-]*)-([^-]*)$/s.exec(text) ?? /^([^-]*)-([^-]*)$/.exec(text) ?? [];
  return { name, version, release };
}

function compareRun(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === '~' || b === '~') return a === '~' ? -1 : 1;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  const isNumber = digits.test(a);
  if (isNumber !== digits.test(b)) return isNumber ? 1 : -1;
  return isNumber ? compareNumbers(a, b) : a < b ? -1 : 1;
}

/** Compares numbers of any length. */
function compareNumbers(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (x.length !== y.length) return x.length - y.length;
  return x === y ? 0 : x < y ? -1 : 1;
}
