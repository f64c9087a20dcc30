/** The first minor version that works, by major version; `engines` of package.json says the same. */
const oldest: ReadonlyMap<number, number> = new Map([
  [22, 21],
  [24, 12],
]);

/**
 * One sentence about a version of Node.js that is older than what this package needs; `undefined` for any other. It has
 * to load and run on that older version.
 */
export function refuseOldNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const first = oldest.get(major);
  const isOld = first === undefined ? major < 24 : minor < first;
  if (!isOld) return undefined;
  return `Node.js ${version} is too old: use 22.21 or a later 22, 24.12 or a later 24, or 26 and later.`;
}
