import type { MenuEntry } from '../menu.ts';

/** A line of the menu: an entry, a submenu, or one that boots no kernel. */
export interface MenuItem {
  title: string;
  id?: string;
  entry?: MenuEntry;
  items?: MenuItem[];
}

export interface ChosenItem {
  chosen?: MenuEntry;
  warnings: string[];
}

/**
 * The entry that the variable `default` names: an index, an id, a title, or a path of these through submenus (`1>2`).
 * If it does not exist, the first one is taken, as in GRUB.
 */
export function pickDefault(items: readonly MenuItem[], wanted: string): ChosenItem {
  const warnings: string[] = [];
  let inside = items;
  let [name, rest] = splitPath(wanted);
  for (;;) {
    const item = name === '' ? inside[0] : find(inside, name);
    if (item === undefined && inside.length > 0) {
      warnings.push(
        `The default ${JSON.stringify(wanted)} is not an entry of the menu; GRUB starts the first one`,
      );
    }
    const taken = item ?? inside[0];
    if (taken?.items === undefined) {
      return taken?.entry === undefined ? { warnings } : { chosen: taken.entry, warnings };
    }
    inside = taken.items;
    [name, rest] = item === undefined ? ['', ''] : splitPath(rest);
  }
}

/** The first step of a path, and the rest; `>>` stands for the character `>`. */
function splitPath(path: string): [string, string] {
  const [, first = path, rest = ''] = /^((?:[^>]|>>)*)>(?!>)(.*)$/s.exec(path) ?? [];
  return [first.replaceAll('>>', '>'), rest];
}

function find(items: readonly MenuItem[], name: string): MenuItem | undefined {
  if (/^\d+$/.test(name)) return items[Number(name)];
  return items.find(({ title, id }) => id === name || title === name);
}
