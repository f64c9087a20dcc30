import { NotFoundError, refuse } from '../../../errors.ts';
import { defined } from '../../../kit/defined.ts';
import type { BootPlaces, BootVolume, Menu, MenuEntry, MenuFile } from '../menu.ts';
import { menuFiles } from '../menu-files.ts';
import { type ExtlinuxConfig, type Label, parseExtlinux } from './parse-config.ts';

/** The paths where extlinux, syslinux and U-Boot look for their configuration. */
const paths = [
  '/boot/extlinux/extlinux.conf',
  '/extlinux/extlinux.conf',
  '/boot/extlinux.conf',
  '/extlinux.conf',
  '/boot/syslinux/syslinux.cfg',
  '/syslinux/syslinux.cfg',
  '/EFI/syslinux/syslinux.cfg',
  '/EFI/BOOT/syslinux.cfg',
  '/syslinux.cfg',
];
const mostIncludes = 8;

/** The place to which the paths of a configuration are relative. */
type Place = Pick<MenuFile, 'volume' | 'subvolume'>;

/** The menu of the first configuration of extlinux or syslinux; `undefined` if there is none. */
export async function readExtlinuxMenu(places: BootPlaces): Promise<Menu | undefined> {
  for (const place of placesOf(places)) {
    for (const path of paths) {
      const text = await readText(place, path);
      if (text !== undefined) return menuOf(await withIncludes(place, path, text), place, path);
    }
  }
  return undefined;
}

/** A separate `/boot`, the root, and the other volumes in the order of the disk. */
function placesOf({ boot, root, volumes }: BootPlaces): Place[] {
  const first: Place[] = boot === undefined ? [] : [{ volume: boot }];
  if (root !== undefined) {
    first.push({ volume: root.volume, ...defined({ subvolume: root.found.about.subvolume }) });
  }
  const isNew = (volume: BootVolume): boolean => first.every((one) => one.volume !== volume);
  return [...first, ...volumes.filter(isNew).map((volume) => ({ volume }))];
}

async function readText(place: Place, path: string): Promise<string | undefined> {
  try {
    return Buffer.from(await (await menuFiles(place)).read(path)).toString('utf8');
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** The configuration with its included files, which must exist. */
async function withIncludes(place: Place, path: string, text: string): Promise<ExtlinuxConfig> {
  const whole = parseExtlinux(text);
  const ahead = [...whole.includes];
  for (let count = 1; ahead.length > 0; count += 1) {
    if (count > mostIncludes) {
      throw refuse('limit', `${path} includes more than ${mostIncludes} files`, {
        limit: mostIncludes,
      });
    }
    const next = resolvePath(ahead.shift() ?? '', path);
    const included = parseExtlinux(
      Buffer.from(await (await menuFiles(place)).read(next)).toString(),
    );
    whole.labels.push(...included.labels);
    whole.start ??= included.start ?? '';
    ahead.push(...included.includes);
  }
  return whole;
}

function menuOf(config: ExtlinuxConfig, place: Place, path: string): Menu {
  const made = config.labels.map((label) => ({
    label,
    entry: entryOf(label, config, place, path),
  }));
  const entries = made.flatMap(({ entry }) => entry ?? []);
  const named = (name: string | undefined) => made.find(({ label }) => label.name === name);
  const { afterTimeout, start = '' } = config;
  // A menu module boots the label that the menu marks, else the first one.
  const isModule = start === '' || /\.c32$/i.test(start.split(/\s+/)[0] ?? '');
  const starts =
    named(afterTimeout) ??
    made.find(({ label }) => label.isMenuDefault) ??
    named(start) ??
    (isModule ? made[0] : undefined);
  const chosen = starts?.entry ?? (starts === undefined ? undefined : entries[0]);
  const warnings =
    starts !== undefined && starts.entry === undefined && chosen !== undefined
      ? [
          `The boot menu starts ${starts.label.name}, which is not a Linux kernel; ${chosen.id} is used instead.`,
        ]
      : [];
  return { entries, warnings, ...defined({ chosen }) };
}

/** `undefined` for a label that starts another program. */
function entryOf(
  label: Label,
  { append: ofAll }: ExtlinuxConfig,
  place: Place,
  configPath: string,
): MenuEntry | undefined {
  const { name, title, kernel } = label;
  if (kernel === undefined || /(?:\.(?:c32|bin|bss|bs|com|cbt)|pxelinux\.0)$/i.test(kernel)) {
    return undefined;
  }
  const append = label.append === '-' ? undefined : (label.append ?? ofAll);
  const cmdline = append?.replace(/\s+/g, ' ').trim();
  const [, inAppend] = /(?:^| )initrd=(\S+)/.exec(cmdline ?? '') ?? [];
  const initrd = (label.initrd ?? inAppend?.split(',') ?? []).filter((one) => one !== '');
  const at = (path: string): MenuFile => ({ ...place, path: resolvePath(path, configPath) });
  return {
    loader: 'extlinux',
    id: name,
    kernel: at(kernel),
    initrd: initrd.map(at),
    ...defined({ title, cmdline }),
  };
}

/** Relative paths start in the folder of the configuration. */
function resolvePath(path: string, configPath: string): string {
  if (path.startsWith('/')) return path;
  return `${configPath.slice(0, configPath.lastIndexOf('/'))}/${path}`;
}
