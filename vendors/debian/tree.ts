import type { VendorContext } from '../../src/kit.ts';
import { findFolder } from '../shared/folder.ts';
import type { DebianRelease } from './releases.ts';

/**
 * What a variant is built from: the release, its daily builds, or the release with the kernel of
 * backports.
 */
export type DebianChannel = 'released' | 'daily' | 'backports';

/** The dated folders of a release, and the names of its disks. */
export interface DebianTree {
  folder: URL;
  /** `debian-13`, `debian-13-backports`, `debian-sid`. */
  stem: string;
  isDaily: boolean;
}

export const debianImages: URL = new URL('https://cloud.debian.org/images/cloud/');

/** Testing and unstable have daily builds only, and no backports. */
export function hasDailyOnly(release: DebianRelease): boolean {
  return release.version === undefined;
}

/** `undefined` if the release has no such channel. */
export function treeOf(release: DebianRelease, channel: DebianChannel): DebianTree | undefined {
  const { codename, number } = release;
  if (channel === 'backports') {
    if (hasDailyOnly(release)) return undefined;
    const folder = new URL(`${codename}-backports/`, debianImages);
    return { folder, stem: `debian-${number}-backports`, isDaily: false };
  }
  const isDaily = channel === 'daily' || hasDailyOnly(release);
  const folder = new URL(`${codename}/${isDaily ? 'daily/' : ''}`, debianImages);
  return { folder, stem: `debian-${number}`, isDaily };
}

/** `genericcloud-daily` is the image `genericcloud` of the channel `daily`. */
export function parseDebianVariant(variant: string): { image: string; channel: DebianChannel } {
  const [, image, channel] = /^(.*)-(daily|backports)$/.exec(variant) ?? [];
  if (image === undefined) return { image: variant, channel: 'released' };
  return { image, channel: channel === 'daily' ? 'daily' : 'backports' };
}

/** The variant name of an image of that channel, in lists and records. */
export function formatDebianVariant(
  image: string,
  channel: DebianChannel,
  release: DebianRelease,
): string {
  return channel === 'released' || hasDailyOnly(release) ? image : `${image}-${channel}`;
}

/** Code names that have a folder of images. */
export async function findImageFolders(context: VendorContext): Promise<string[]> {
  const folders = (await findFolder(debianImages, context)) ?? [];
  return folders.map(({ name }) => name).filter((name) => /^[a-z]+$/.test(name));
}
