import { type Arch, compareVersions, type VendorContext } from '../../src/kit.ts';
import { findFolder, readFolder } from '../shared/folder.ts';
import { pickRpmArches, rpmWords } from '../shared/rpm-arches.ts';
import { findSums } from '../shared/sums-file.ts';
import { unusable } from '../shared/unusable.ts';

const site = new URL('https://cloud.centos.org/centos/');

/**
 * The flavours differ in more than their name: the one that begins with `x86_64` boots with UEFI,
 * the plain one does not.
 */
const flavours = new Map([
  ['', 'genericcloud'],
  ['-x86_64', 'genericcloud-uefi'],
]);

/** A dated image of CentOS Stream. */
export interface CentosImage {
  fileName: string;
  url: URL;
  sums: URL;
  variant: string;
  /** `YYYYMMDD.N`. */
  build: string;
  sizeBytes?: number;
}

/**
 * The dated images of a stream, newest first; empty if the stream or the architecture does not
 * exist.
 */
export async function findCentosImages(
  stream: string,
  arch: Arch,
  context: VendorContext,
): Promise<CentosImage[]> {
  const word = rpmWords[arch];
  const sums = new URL(`${stream}-stream/${word}/images/CHECKSUM`, site);
  const images: CentosImage[] = [];
  for (const { name, sizeBytes } of (await findSums(sums, context)) ?? []) {
    const [, flavour = '', of, build, machine] =
      /^CentOS-Stream-GenericCloud(-x86_64)?-(\d+)-(\d{8}\.\d+)\.(\w+)\.qcow2$/.exec(name) ?? [];
    const variant = flavours.get(flavour);
    if (variant === undefined || build === undefined) continue;
    if (of !== stream || machine !== word) continue;
    const size = sizeBytes === undefined ? {} : { sizeBytes };
    images.push({ fileName: name, url: new URL(name, sums), sums, variant, build, ...size });
  }
  return images.sort((left, right) => compareVersions(right.build, left.build));
}

/** `10`, `9`, newest first. */
export async function listCentosStreams(context: VendorContext): Promise<string[]> {
  const entries = await readFolder(site, context);
  const streams = entries.flatMap(({ name }) => /^(\d+)-stream$/.exec(name)?.[1] ?? []);
  if (streams.length === 0) throw unusable(site, 'it lists no stream');
  return streams.sort((left, right) => compareVersions(right, left));
}

/** The architectures that a stream has folders for. */
export async function listCentosArches(stream: string, context: VendorContext): Promise<Arch[]> {
  const entries = (await findFolder(new URL(`${stream}-stream/`, site), context)) ?? [];
  return pickRpmArches(entries.map(({ name }) => name));
}
