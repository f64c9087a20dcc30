import type { DiskBoot } from '../../contracts/disk/boot.ts';
import { NotFoundError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { versionOfEntry } from './entry-version.ts';
import type { Menu, MenuEntry } from './menu.ts';

/** The entry that boots by default, or the entry of the requested kernel, by its version or the id of its entry. */
export function pickEntry(menu: Menu, kernel: string | undefined): MenuEntry {
  const { entries, chosen } = menu;
  if (kernel === undefined) {
    if (chosen !== undefined) return chosen;
    throw noEntry('The boot configuration has no default entry that exists', menu, undefined);
  }
  const [sameId, ...sameIds] = entries.filter(({ id }) => id === kernel);
  if (sameId !== undefined && sameIds.length === 0) return sameId;
  const fitting = entries.filter((one) => one.id === kernel || versionOfEntry(one) === kernel);
  if (chosen !== undefined && fitting.includes(chosen)) return chosen;
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return only;
  const count = only === undefined ? 'No entry' : 'More than one entry';
  throw noEntry(
    `${count} of the boot menu has the kernel ${JSON.stringify(kernel)}`,
    { ...menu, entries: only === undefined ? entries : fitting },
    kernel,
  );
}

/** The menu for the caller: without paths, with the default entry marked. */
export function describeMenu({ entries, chosen }: Menu): DiskBoot['menu'] {
  return entries.map((entry) => {
    const { loader, id, title } = entry;
    const version = versionOfEntry(entry);
    return { loader, id, ...defined({ title, version }), isDefault: entry === chosen };
  });
}

const mostNamed = 20;

function noEntry(message: string, { entries }: Menu, value: string | undefined): NotFoundError {
  const known = entries.slice(0, mostNamed).map((entry) => {
    const version = versionOfEntry(entry);
    return version === undefined || version === entry.id ? entry.id : `${entry.id} (${version})`;
  });
  const rest = entries.length - known.length;
  const names = `${known.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message,
    hint:
      known.length === 0
        ? 'Read the files by path: rootdisk ls DISK /boot.'
        : `Name the kernel (option kernel) by the id of its entry, or by a version that one entry has: ${names}.`,
    details: { field: 'kernel', known, ...defined({ value }) },
  });
}
