/** File name endings of disks, best first. The content of an archive is not known from its name. */
const kinds = ['qcow2', 'raw', 'img', 'vmdk', 'vhdx', 'vhd', 'vdi', 'ova'];
const ending = new RegExp(`\\.(${kinds.join('|')})(?:\\.(xz|zst|gz|bz2|lz4))?$`, 'i');

/** True for a name with the ending of a disk, with or without a codec. */
export function isDiskName(name: string): boolean {
  return ending.test(name);
}

/** The layers that a name shows; empty if it shows none, as for `.img`. */
export function layersOfName(name: string): string[] {
  const [, kind = 'img', codec] = ending.exec(name.toLowerCase()) ?? [];
  if (kind === 'img' || kind === 'ova') return [];
  return codec === undefined ? [kind] : [codec, kind];
}

/** The name without the endings for its format. */
export function stemOf(name: string): string {
  return name.replace(ending, '');
}

/** Orders names with one stem: the ending that is best known comes first. */
export function compareKinds(left: string, right: string): number {
  const rank = (name: string): number =>
    kinds.indexOf(ending.exec(name)?.[1]?.toLowerCase() ?? '') + (ending.exec(name)?.[2] ? 0.5 : 0);
  return rank(left) - rank(right);
}
