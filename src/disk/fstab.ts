import type { ReadVolume } from './read-volumes.ts';

/** A line of fstab. */
export interface FstabLine {
  device: string;
  path: string;
  options: string[];
}

/** PATH_MAX of Linux: the name of a device or mount point is never longer. */
const mostLetters = 4096;

/** The lines of fstab whose mount point is a path (fstab(5)). */
export function parseFstab(text: string): FstabLine[] {
  return text.split('\n').flatMap((line) => {
    const [device = '', path = '', , options = ''] = line.trim().split(/\s+/).map(unescapeWord);
    if (device === '' || device.startsWith('#') || !path.startsWith('/')) return [];
    if (path.length > mostLetters) return [];
    return { device, path: path.replace(/(?<=.)\/+$/, ''), options: options.split(',') };
  });
}

/** Blanks are written as octal numbers. */
function unescapeWord(word: string): string {
  return word.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** The volume that a device in fstab or in `root=` names; `undefined` if it is not on this disk. */
export function findDevice(device: string, volumes: readonly ReadVolume[]): ReadVolume | undefined {
  if (device.length > mostLetters) return undefined;
  const [, byTag, tag] =
    /^\/dev\/disk\/by-(uuid|label|partuuid|partlabel)\/(.+)$/.exec(device) ?? [];
  const [word = '', ...rest] = byTag === undefined ? device.split('=') : [byTag, tag ?? ''];
  const value = unquote(rest.join('='));
  const same = (one: string | undefined): boolean => one?.toLowerCase() === value.toLowerCase();
  switch (word.toUpperCase()) {
    case 'UUID':
      return volumes.find(({ about }) => same(about.fileSystem?.uuid));
    case 'LABEL':
      return volumes.find(({ about }) => about.fileSystem?.label === value);
    case 'PARTUUID':
      return volumes.find(({ about }) => same(about.uuid));
    case 'PARTLABEL':
      return volumes.find(({ about }) => about.label === value);
    default:
      return volumes.find(({ about }) => about.name === nameOf(device));
  }
}

/** `p1` from `/dev/vda1` and `/dev/nvme0n1p1`, `ol/root` from `/dev/mapper/ol-root` and `/dev/ol/root`. */
function nameOf(device: string): string | undefined {
  const [, number] =
    /^\/dev\/(?:[svh]d[a-z]|xvd[a-z]|(?:nvme\d+n|mmcblk)\d+p)(\d+)$/.exec(device) ?? [];
  if (number !== undefined) return `p${number}`;
  const [, mapped] = /^\/dev\/mapper\/(.+)$/.exec(device) ?? [];
  // A dash inside a name is doubled.
  const [, group, name] = /^((?:[^-]|--)+)-((?:[^-]|--)+)$/.exec(mapped ?? '') ?? [];
  if (group !== undefined) return `${group}/${name}`.replaceAll('--', '-');
  return /^\/dev\/([^/]+\/[^/]+)$/.exec(device)?.[1];
}

function unquote(text: string): string {
  return /^"(.*)"$/.exec(text)?.[1] ?? text;
}
