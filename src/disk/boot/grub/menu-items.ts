import { defined } from '../../../kit/defined.ts';
import type { MenuEntry } from '../menu.ts';
import type { MenuItem } from './default-entry.ts';
import type { Frame, RawItem } from './frame.ts';
import type { ScriptRun } from './run-script.ts';

/** Runs the commands of every entry and submenu, as if it were selected. */
export async function menuItems(
  run: ScriptRun,
  { items = [], variables }: Frame,
): Promise<MenuItem[]> {
  const found: MenuItem[] = [];
  for (const raw of items) {
    const { kind, title, id, body } = raw;
    if (kind === 'submenu') {
      const inside: Frame = { variables: variables.context(), items: [] };
      await run.run(body, inside);
      found.push({ title, ...defined({ id }), items: await menuItems(run, inside) });
      continue;
    }
    const inside: Frame = { variables: variables.inner() };
    await run.run(body, inside);
    found.push({ title, ...defined({ id, entry: entryOf(raw, inside, run) }) });
  }
  return found;
}

/** The entries of all levels, in the order of the menu. */
export function entriesOf(items: readonly MenuItem[]): MenuEntry[] {
  return items.flatMap(({ entry, items: inner }) => {
    return inner === undefined ? (entry ?? []) : entriesOf(inner);
  });
}

function entryOf(
  { title, id, bls }: RawItem,
  { loaded }: Frame,
  run: ScriptRun,
): MenuEntry | undefined {
  if (loaded === undefined) return undefined;
  const { kernel, initrd, cmdline, path, lost } = loaded;
  if (kernel === undefined || lost !== undefined) {
    const missing = kernel === undefined ? path : lost;
    run.warn(
      `The entry ${JSON.stringify(title)} names ${missing}, whose device is not on the disk`,
    );
    return undefined;
  }
  return {
    loader: bls === undefined ? 'grub' : 'bls',
    id: id ?? title,
    title,
    ...defined({ version: bls?.version }),
    kernel,
    initrd,
    cmdline,
  };
}
