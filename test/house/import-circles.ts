import type { Import } from './imports.ts';

/** One circle for each group of files that import each other, types included. */
export function findImportCircles(imports: readonly Import[]): string[] {
  const next = Map.groupBy(imports, ({ from }) => from);
  const from = (path: string) => (next.get(path) ?? []).map(({ to }) => to);
  const grouped = new Set<string>();
  const circles: string[] = [];
  for (const start of [...next.keys()].sort()) {
    if (grouped.has(start)) continue;
    const circle = wayBack(start, from);
    if (circle === undefined) continue;
    for (const path of circle) grouped.add(path);
    circles.push(circle.join(' -> '));
  }
  return circles;
}

/** The shortest way from a file to itself. */
function wayBack(start: string, from: (path: string) => string[]): string[] | undefined {
  const before = new Map<string, string>();
  const queue = [start];
  for (const path of queue) {
    for (const to of from(path)) {
      if (to === start) return [...backwards(path, before), start];
      if (before.has(to)) continue;
      before.set(to, path);
      queue.push(to);
    }
  }
  return undefined;
}

function backwards(last: string, before: ReadonlyMap<string, string>): string[] {
  const way = [last];
  for (let path = before.get(last); path !== undefined; path = before.get(path)) way.unshift(path);
  return way;
}
