/** Kinds of files that are disks, best first. What is in an archive, only its maker knows. */
const kinds = ['qcow2', 'raw', 'img', 'vmdk', 'vhdx', 'vhd', 'vdi', 'ova'];
const ending = new RegExp(`\\.(${kinds.join('|')})(?:\\.(xz|zst|gz|bz2|lz4))?$`, 'i');

/** True for a name that ends as a disk's does, with or without a codec. */
export function isDiskName(name: string): boolean {
  return ending.test(name);
}

/** The layers that a name promises; empty where it promises nothing, as `.img` does. */
export function layersOfName(name: string): string[] {
  const [, kind = 'img', codec] = ending.exec(name.toLowerCase()) ?? [];
  if (kind === 'img' || kind === 'ova') return [];
  return codec === undefined ? [kind] : [codec, kind];
}

/** The name without what says the kind of its file. */
export function stemOf(name: string): string {
  return name.replace(ending, '');
}

/** Orders names of one stem: the kind that is known best first. */
export function compareKinds(left: string, right: string): number {
  const rank = (name: string): number =>
    kinds.indexOf(ending.exec(name)?.[1]?.toLowerCase() ?? '') + (ending.exec(name)?.[2] ? 0.5 : 0);
  return rank(left) - rank(right);
}
