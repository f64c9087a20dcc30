import { type Arch, compareVersions, type VendorContext } from '../../src/kit.ts';
import { findFolder, readFolder } from '../shared/folder.ts';
import { rpmWords } from '../shared/rpm-arches.ts';
import { unusable } from '../shared/unusable.ts';

/** A dated qcow2 file of one minor release. */
export interface RockyImage {
  fileName: string;
  url: URL;
  /** `9.8`. */
  release: string;
  /** `20260525.0`. */
  date: string;
  /** `base`, `lvm`. */
  variant: string;
  /** The list of digests that names it. */
  sums: URL;
  /** The list has a signature. */
  signed: boolean;
}

export const rockySite: URL = new URL('https://dl.rockylinux.org/pub/rocky/');
/** Minor releases move here later. */
export const rockyVault: URL = new URL('https://dl.rockylinux.org/vault/rocky/');

/** Names of 9.0 and before do not contain Base; 8.5 and 8.6 have a dot before the date. */
const namePattern =
  /^Rocky-(\d+)-GenericCloud(?:-(Base|LVM))?-((\d+)\.\d+)[-.](\d{8}\.\d+)\.(\w+)\.qcow2$/;

/** Majors and minors, `10`, `10.2` …, newest first. A listed minor may have no images any more. */
export async function listRockyReleases(context: VendorContext): Promise<string[]> {
  const entries = await readFolder(rockySite, context);
  const names = entries.map(({ name }) => name).filter((name) => /^\d+(\.\d+)?$/.test(name));
  if (names.length === 0) throw unusable(rockySite, 'it lists no release');
  return names.sort((left, right) => compareVersions(right, left));
}

/** The images of a minor release, newest first, in its own folder or in the vault; empty if there are none. */
export async function findRockyImages(
  minor: string,
  arch: Arch,
  context: VendorContext,
): Promise<RockyImage[]> {
  const word = rpmWords[arch];
  for (const folder of foldersOf(minor, word)) {
    const names = ((await findFolder(folder, context)) ?? []).map(({ name }) => name);
    const images = names.flatMap((name) => parseName(name, folder, names) ?? []);
    const found = images.filter(
      ({ release, fileName }) => release === minor && fileName.endsWith(`.${word}.qcow2`),
    );
    if (found.length > 0) {
      return found.sort((left, right) => compareVersions(right.date, left.date));
    }
  }
  return [];
}

/** The words of the architectures that a release has folders for. */
export async function listRockyMachines(minor: string, context: VendorContext): Promise<string[]> {
  const entries = (await findFolder(new URL(`${minor}/images/`, rockySite), context)) ?? [];
  return entries.map(({ name }) => name);
}

export function isInVault({ url }: RockyImage): boolean {
  return url.href.startsWith(rockyVault.href);
}

function foldersOf(minor: string, word: string): URL[] {
  const paths = [`${minor}/images/${word}/`];
  // The first releases kept all architectures in one folder.
  if (compareVersions(minor, '8.7') < 0) paths.push(`${minor}/images/`);
  return [rockySite, rockyVault].flatMap((root) => paths.map((path) => new URL(path, root)));
}

function parseName(fileName: string, folder: URL, names: string[]): RockyImage | undefined {
  const [, major, flavour, release = '', of, date] = namePattern.exec(fileName) ?? [];
  if (date === undefined || major !== of) return undefined;
  const sidecar = `${fileName}.CHECKSUM`;
  const isShared = !names.includes(sidecar) && names.includes('CHECKSUM');
  const list = isShared ? 'CHECKSUM' : sidecar;
  return {
    fileName,
    url: new URL(fileName, folder),
    release,
    date,
    variant: flavour === 'LVM' ? 'lvm' : 'base',
    sums: new URL(list, folder),
    signed: names.includes(`${list}.asc`),
  };
}
