/** The imports of a module, which decide its file in `dist/`. */
export interface ModuleLinks {
  isEntry: boolean;
  imports: readonly string[];
  /** Modules that it imports on demand. */
  later: readonly string[];
}

type Modules = ReadonlyMap<string, ModuleLinks>;

/**
 * The file of each module, by name; a module without one goes into the file of the only entry or later import that
 * reaches it. A file needs at least 4 KiB of disk space, and a third of a millisecond to load. So the `doors` load few
 * files: kit, core, errors and parts. Code that is loaded later is one file for each format, verifier and owner of
 * keys, and one for the code that several of them share.
 */
export function planFiles(
  modules: Modules,
  kit: string,
  doors: readonly string[],
): Map<string, string> {
  const links = [...modules];
  const ofKit = reach(modules, [kit]);
  const atOnce = reach(modules, doors);
  const later = new Set(links.flatMap(([, one]) => one.later));
  const againLater = reach(modules, [...later]);
  const planned = new Map<string, string>();
  for (const path of atOnce) {
    const isParts = isOfPart(path) && !againLater.has(path);
    planned.set(path, isParts ? 'parts' : nameAtOnce(path, ofKit));
  }
  for (const [path, users] of findUsers(modules, [...later, ...findEntries(modules)])) {
    const [first = '', second] = users;
    if (atOnce.has(path)) continue;
    if (second !== undefined) planned.set(path, 'shared');
    else if (!modules.has(first)) planned.set(path, first);
  }
  for (const path of findEntries(modules)) planned.delete(path);
  return planned;
}

/** The files, or the paths of entries, that need a module. */
function findUsers(modules: Modules, starts: readonly string[]): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>();
  for (const start of new Set(starts)) {
    for (const path of reach(modules, [start])) {
      users.set(path, (users.get(path) ?? new Set()).add(nameLater(start)));
    }
  }
  return users;
}

function findEntries(modules: Modules): string[] {
  return [...modules].flatMap(([path, { isEntry }]) => (isEntry ? path : []));
}

/** Every module that is loaded together with these. */
function reach(modules: Modules, starts: readonly string[]): ReadonlySet<string> {
  const found = new Set(starts);
  for (const path of found) {
    for (const next of modules.get(path)?.imports ?? []) found.add(next);
  }
  return found;
}

function nameAtOnce(path: string, ofKit: ReadonlySet<string>): string {
  // A bundler that writes one file takes the whole file if it needs any of it later; of `parts` it takes only the used
  // code.
  if (isOfPart(path)) return 'common';
  // The classes keep their names, because messages show them.
  if (path.includes('/src/errors/')) return 'errors';
  return ofKit.has(path) ? 'kit' : 'core';
}

/** The file of a module that is loaded on demand; its own path if it belongs to no part. */
function nameLater(path: string): string {
  const [, keys] = /\/vendors\/keys\/material\/([a-z]+)/.exec(path) ?? [];
  if (keys !== undefined) return `${keys}-keys`;
  const [, dependency] = /\/node_modules\/([\w-]+)\//.exec(path) ?? [];
  if (dependency !== undefined) return dependency;
  const [, part] =
    /\/(?:formats|verifiers)\/(?:shared\/|filesystems\/)?([\w-]+)\//.exec(path) ?? [];
  return part ?? path;
}

export function isOfPart(path: string): boolean {
  return /\/(?:vendors|formats|verifiers)\//.test(path);
}
