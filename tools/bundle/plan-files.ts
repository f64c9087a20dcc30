/** What decides in which file of `dist/` a module stands. */
export interface ModuleLinks {
  isEntry: boolean;
  imports: readonly string[];
  /** What it imports when a call needs it. */
  later: readonly string[];
}

type Modules = ReadonlyMap<string, ModuleLinks>;

/**
 * The file of each module, by name; a module without one stands with the entry or the later import that alone reaches it.
 * A file takes 4 KiB of a disk at least, and a third of a millisecond to load. So `doors` load a handful: kit, core, errors and
 * parts. What is loaded later is one file for each format, verifier and owner of keys, and one for what several of them share.
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

/** Every module that is loaded with these. */
function reach(modules: Modules, starts: readonly string[]): ReadonlySet<string> {
  const found = new Set(starts);
  for (const path of found) {
    for (const next of modules.get(path)?.imports ?? []) found.add(next);
  }
  return found;
}

function nameAtOnce(path: string, ofKit: ReadonlySet<string>): string {
  // A bundler that writes one file takes all of a file that it also needs later; of `parts` it takes what is used.
  if (isOfPart(path)) return 'common';
  // Their classes keep their names, which are shown.
  if (path.includes('/src/errors/')) return 'errors';
  return ofKit.has(path) ? 'kit' : 'core';
}

/** The file of what is loaded with an import that comes later; its own path where it is no part's. */
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
