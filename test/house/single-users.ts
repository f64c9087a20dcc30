import type { Import } from './imports.ts';

/**
 * Files of a `shared/` folder that fewer than two parts use. A part is a file or folder beside `shared/`
 * (`vendors/debian.ts` and `vendors/debian/` are one); a shared file that another one imports has the users of that one
 * too.
 */
export function findSingleUsers(paths: readonly string[], imports: readonly Import[]): string[] {
  const importers = Map.groupBy(imports, ({ to }) => to);
  return paths.filter(isShared).flatMap((path) => {
    const users = usersOf(path, importers);
    if (users.length >= 2) return [];
    return [`${path}: ${users.length === 0 ? 'no user' : `only ${users[0]}`}`];
  });
}

function usersOf(path: string, importers: ReadonlyMap<string, readonly Import[]>): string[] {
  const house = path.slice(0, path.indexOf('/shared/') + 1);
  const users = new Set<string>();
  const seen = new Set([path]);
  for (const file of seen) {
    for (const { from } of importers.get(file) ?? []) {
      if (from.startsWith(`${house}shared/`)) seen.add(from);
      else users.add(partOf(from, house));
    }
  }
  return [...users].sort();
}

function partOf(path: string, house: string): string {
  if (!path.startsWith(house)) return path;
  const [first = ''] = path.slice(house.length).split('/');
  return house + first.replace(/\.ts$/, '');
}

const isShared = (path: string): boolean => path.includes('/shared/');
