import type { CatalogEntry } from '../../src/catalog/catalog.ts';
import { arches } from '../../src/contracts/arch.ts';

/** One line for each build that was added, changed or removed; empty if there is none. */
export function describeChanges(
  before: readonly CatalogEntry[],
  after: readonly CatalogEntry[],
): string[] {
  const names = [...new Set([...before, ...after].map(({ alias }) => alias))].sort();
  return names.flatMap((alias) => {
    const was = before.find((one) => one.alias === alias);
    const is = after.find((one) => one.alias === alias);
    const lines = arches.flatMap((arch) => {
      const [old, now] = [snapshotOf(was, arch), snapshotOf(is, arch)];
      const isSame = was?.arch[arch]?.digest === is?.arch[arch]?.digest;
      if (old === now && isSame) return [];
      if (old === undefined) return [`+ ${alias} ${arch} ${now}`];
      if (now === undefined) return [`- ${alias} ${arch} ${old}`];
      return [`~ ${alias} ${arch} ${old} -> ${now}${old === now ? ', other bytes' : ''}`];
    });
    const isLatest = is?.latest ?? false;
    if (isLatest !== (was?.latest ?? false)) {
      lines.push(`${isLatest ? '+' : '-'} ${alias} ${isLatest ? 'is' : 'was'} latest`);
    }
    return lines;
  });
}

function snapshotOf(entry: CatalogEntry | undefined, arch: (typeof arches)[number]) {
  const pin = entry?.arch[arch];
  return pin === undefined ? undefined : (pin.snapshot ?? entry?.snapshot);
}
