import { NotFoundError, refuse } from '../../../errors.ts';
import { defined } from '../../../kit/defined.ts';
import { readEntries } from '../entries/read-entries.ts';
import type { BootPlaces, BootVolume, Menu, MenuEntry, MenuFile } from '../menu.ts';
import { namesInFolder } from '../names-in-folder.ts';
import { readUkiEntry } from '../uki/uki-entry.ts';
import { efiArches } from './efi-loaders.ts';
import { compareEntries, type OrderedEntry, splitBootCounter } from './entry-order.ts';
import { type LoaderConf, readLoaderConf } from './loader-conf.ts';

const mostUkis = 200;

/** An entry of the menu; without `entry` it starts another EFI program. */
interface Candidate extends OrderedEntry {
  entry?: MenuEntry;
}

/**
 * The menu of systemd-boot: type 1 entries and unified kernel images on the EFI system partition and on a separate
 * `/boot`. `undefined` if there is neither.
 */
export async function readSystemdMenu(places: BootPlaces): Promise<Menu | undefined> {
  const warnings: string[] = [];
  const found: Candidate[] = [];
  const conf: LoaderConf[] = [];
  const arches = new Set<string>();
  for (const volume of places.esps) {
    conf.push(...[await readLoaderConf(volume.files)].filter((one) => one !== undefined));
    for (const arch of await efiArches(volume.files)) arches.add(arch);
  }
  for (const volume of [...places.esps, ...(places.boot ? [places.boot] : [])]) {
    found.push(...(await readTypeOne(volume, arches)));
    found.push(...(await readUkis(volume, warnings)));
  }
  if (found.length === 0) return undefined;
  found.sort(compareEntries);
  const [isDefault] = conf.flatMap((one) => one.isDefault ?? []);
  const first = found.find(({ name }) => isDefault?.(name)) ?? found[0];
  const entries = found.flatMap(({ entry }) => entry ?? []);
  const chosen = first?.entry ?? entries[0];
  if (first !== undefined && first.entry === undefined && chosen !== undefined) {
    warnings.push(
      `The boot menu starts ${first.name}, which is not a Linux kernel; ${chosen.id} is used instead.`,
    );
  }
  return { entries, warnings, ...defined({ chosen }) };
}

async function readTypeOne(volume: BootVolume, arches: ReadonlySet<string>): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const { name, entry } of (await readEntries(volume.files, '/loader/entries')) ?? []) {
    const { architecture, sortKey, machineId, version, linux, uki, title } = entry;
    const isForeign = architecture !== undefined && arches.size > 0 && !arches.has(architecture);
    if (isForeign || (linux ?? uki ?? entry.efi) === undefined) continue;
    const counted = splitBootCounter(`${name}.conf`);
    const order = { ...counted, ...defined({ sortKey, machineId, version }) };
    const id = counted.name.replace(/\.conf$/i, '');
    if (linux === undefined) {
      const image = uki === undefined ? undefined : await readNamedUki(at(volume, uki), id);
      found.push({ ...order, ...defined({ entry: image }) });
      continue;
    }
    const cmdline = entry.options?.trim().replace(/\s+/g, ' ');
    const kernel = at(volume, linux);
    const initrd = entry.initrd.map((path) => at(volume, path));
    const made = { loader: 'bls' as const, id, kernel, initrd };
    found.push({ ...order, entry: { ...made, ...defined({ title, version, cmdline }) } });
  }
  return found;
}

/** The unified kernel image that an entry names; a missing one is reported when it is opened. */
async function readNamedUki(file: MenuFile, id: string): Promise<MenuEntry | undefined> {
  try {
    return (await readUkiEntry(file.volume, file.path, id))?.entry;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return { loader: 'uki', id, kernel: { ...file, section: '.linux' }, initrd: [] };
  }
}

/** Paths start at the root of the volume; the specification forbids `..`. */
function at(volume: BootVolume, path: string): MenuFile {
  if (!path.split('/').includes('..')) return { volume, path: `/${path.replace(/^\/+/, '')}` };
  throw refuse(
    'unsafe-path',
    `A boot entry on ${volume.name} names the path ${JSON.stringify(path)}`,
  );
}

async function readUkis(volume: BootVolume, warnings: string[]): Promise<Candidate[]> {
  const names = await namesInFolder(volume.files, '/EFI/Linux');
  const images = names.filter((name) => /^[^.].*\.efi$/i.test(name));
  if (images.length > mostUkis) {
    throw refuse('limit', `${volume.name} holds more than ${mostUkis} unified kernel images`, {
      limit: mostUkis,
      value: images.length,
    });
  }
  const found: Candidate[] = [];
  for (const fileName of images) {
    const counted = splitBootCounter(fileName);
    const read = await readUkiEntry(volume, `/EFI/Linux/${fileName}`, counted.name);
    if (read === undefined) continue;
    const { entry, sortKey, version } = read;
    found.push({ ...counted, entry, ...defined({ sortKey, version }) });
    const addons = await namesInFolder(volume.files, `/EFI/Linux/${fileName}.extra.d`);
    if (addons.some((name) => /\.addon\.efi$/i.test(name))) {
      warnings.push(`${entry.id} has addons, which add to its command line; they were left out.`);
    }
  }
  return found;
}
