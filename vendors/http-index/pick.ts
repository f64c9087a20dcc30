import { compareVersions, type ImageRequest, notFoundIn } from '../../src/kit.ts';
import { compareKinds, stemOf } from '../shared/disk-names.ts';
import type { ListedDisk } from './listed-disks.ts';
import { archesOf, buildOf, holdsToken, versionOf, wordsOf } from './names.ts';

/** One disk, in several formats: best first. */
export interface PickedDisk {
  best: ListedDisk;
  disks: ListedDisk[];
  /** Its name contains no architecture. */
  isForAnyArch: boolean;
}

/**
 * Exactly `file`, or the newest disk whose name contains every requested word; otherwise
 * `ERR_NOT_FOUND`, which lists the available names.
 */
export function pickListed(
  request: ImageRequest,
  listed: ListedDisk[],
  file: string | undefined,
): PickedDisk {
  return file === undefined ? pickDisks(request, listed) : pickFile(file, request, listed);
}

function pickFile(file: string, request: ImageRequest, all: ListedDisk[]): PickedDisk {
  const missing = notFoundIn(request.vendor);
  const disk = all.find(({ name }) => name === file);
  if (disk === undefined) {
    const known = all.map(({ name }) => name);
    throw missing('file', file, known);
  }
  const { arch, snapshot } = request;
  const said = archesOf(file);
  if (said.length > 0 && !said.includes(arch)) throw missing('arch', arch, said);
  const build = buildOf(disk.name, disk.digest);
  if (snapshot !== undefined && snapshot.toLowerCase() !== build) {
    throw missing('snapshot', snapshot, [build]);
  }
  return { best: disk, disks: [disk], isForAnyArch: said.length === 0 };
}

function pickDisks(request: ImageRequest, listed: ListedDisk[]): PickedDisk {
  const missing = notFoundIn(request.vendor);
  const { release, arch, variant, snapshot } = request;
  const all = listed.filter(({ isDisk }) => isDisk);
  const ofRelease = all.filter(
    ({ name }) => release.toLowerCase() === 'latest' || holdsToken(name, release),
  );
  if (ofRelease.length === 0) throw missing('release', release, versionsIn(all));

  const said = ofRelease.filter(({ name }) => archesOf(name).includes(arch));
  const ofArch =
    said.length > 0 ? said : ofRelease.filter(({ name }) => archesOf(name).length === 0);
  if (ofArch.length === 0) {
    const known = ofRelease.flatMap(({ name }) => archesOf(name));
    throw missing('arch', arch, known);
  }
  const ofVariant = ofArch.filter(({ name }) => variant === undefined || holdsToken(name, variant));
  if (ofVariant.length === 0) throw missing('variant', variant ?? '', wordsIn(ofArch));

  const own = ofVariant.filter((disk) => !isAlias(disk, ofVariant));
  const wanted = snapshot?.toLowerCase();
  const meant = own.filter(
    ({ name, digest }) => wanted === undefined || buildOf(name, digest) === wanted,
  );
  const [newest, ...others] = meant.sort((a, b) => compareVersions(b.name, a.name));
  if (newest === undefined) {
    const known = own.map(({ name, digest }) => buildOf(name, digest));
    throw missing('snapshot', snapshot ?? '', known);
  }
  const words = (name: string): string => wordsOf(name).join(' ');
  if (others.some(({ name }) => words(name) !== words(newest.name))) {
    const names = meant.map(({ name }) => name);
    const hint = `Name a variant (variant, --variant), or one file: --param file=NAME (parameters), with NAME one of: ${names.slice(0, 8).join(', ')}.`;
    throw missing('variant', variant ?? 'default', wordsIn(meant), hint);
  }
  const disks = meant.filter(({ name }) => stemOf(name) === stemOf(newest.name));
  disks.sort((a, b) => compareKinds(a.name, b.name));
  return { best: disks[0] ?? newest, disks, isForAnyArch: said.length === 0 };
}

/** `app-latest.qcow2` beside a dated name with the same digest. */
function isAlias({ name, digest }: ListedDisk, all: ListedDisk[]): boolean {
  const isMoving = ['latest', 'current'].some((word) => holdsToken(name, word));
  return isMoving && all.some((other) => other.name !== name && other.digest === digest);
}

function versionsIn(disks: ListedDisk[]): string[] {
  const versions = disks.flatMap(({ name }) => versionOf(name) ?? []);
  return versions.sort((left, right) => compareVersions(right, left));
}
/** The words that some of these names have and others do not. */
function wordsIn(disks: ListedDisk[]): string[] {
  const words = new Set(disks.flatMap(({ name }) => wordsOf(name)));
  const isCommon = (word: string): boolean =>
    disks.length > 1 && disks.every(({ name }) => wordsOf(name).includes(word));
  return [...words].filter((word) => !isCommon(word));
}
