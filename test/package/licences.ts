/** Licences that allow an MIT package, and programs built with it, to be distributed with only their notice. */
const allowed = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
]);

/** Whether an SPDX expression has an allowed choice: each side of `AND`, one side of `OR`. */
export function isAllowed(expression: unknown): boolean {
  if (typeof expression !== 'string') return false;
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  const readOne = (): boolean => {
    const word = words.shift();
    if (word !== '(') return word !== undefined && allowed.has(word);
    const is = readAll();
    return words.shift() === ')' && is;
  };
  // AND has higher precedence than OR.
  const readBoth = (): boolean => {
    let is = readOne();
    while (words[0] === 'AND') {
      words.shift();
      is = readOne() && is;
    }
    return is;
  };
  const readAll = (): boolean => {
    let is = readBoth();
    while (words[0] === 'OR') {
      words.shift();
      is = readBoth() || is;
    }
    return is;
  };
  const is = readAll();
  return is && words.length === 0;
}

export interface LockedPackage {
  license?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** Paths in a lock file of every package that the named packages need, including themselves. */
export function findNeeded(
  packages: Record<string, LockedPackage>,
  names: readonly string[],
): string[] {
  const needed = new Set<string>();
  const visit = (name: string, from: string): void => {
    const path = findInstalled(packages, name, from);
    if (path === undefined || needed.has(path)) return;
    needed.add(path);
    const { dependencies, optionalDependencies, peerDependencies } = packages[path] ?? {};
    const all = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    for (const next of Object.keys(all)) visit(next, `${path}/`);
  };
  for (const name of names) visit(name, '');
  return [...needed].sort();
}

/** The copy that Node.js finds: the nearest `node_modules` upwards. */
function findInstalled(packages: object, name: string, from: string): string | undefined {
  const path = `${from}node_modules/${name}`;
  if (path in packages) return path;
  const up = from.replace(/node_modules\/(@[^/]+\/)?[^/]+\/$/, '');
  return up === from ? undefined : findInstalled(packages, name, up);
}
