import { type Arch, compareVersions, defined, type VendorContext } from '../../src/kit.ts';
import { findMirrorFolder, readMirrorFolder } from '../shared/mirror-cache.ts';
import type { OpensuseImage } from '../shared/opensuse-image.ts';
import { rpmWords } from '../shared/rpm-arches.ts';
import { unusable } from '../shared/unusable.ts';

/** One build of Leap's Minimal-VM image for clouds. */
export interface LeapImage extends OpensuseImage {
  release: string;
  /** RPM's word. */
  machine: string;
  /** `18.7`. */
  build: string;
  /** `16.0-build18.7`, `15.6.0-build19.143`. */
  snapshot: string;
}

const site = new URL('https://download.opensuse.org/distribution/leap/');

/**
 * `openSUSE-Leap-15.6-Minimal-VM.x86_64-15.6.0-Cloud-Build19.143.qcow2`,
 * `Leap-16.0-Minimal-VM.x86_64-Cloud-Build18.7.qcow2`; names for s390x hold the architecture twice, and 15.5 first used
 * `OpenStack-Cloud`.
 */
const imageName =
  /^(?:openSUSE-)?Leap-(\d+\.\d+)-Minimal-VM\.(\w+)(?:-(\d+\.\d+\.\d+))?(?:-\2)?-(?:OpenStack-)?Cloud-Build(\d+(?:\.\d+)*)\.qcow2$/;

/** `16.0` …, newest first. The releases numbered 42 are older than those numbered 15. */
export async function listLeapReleases(context: VendorContext): Promise<string[]> {
  const entries = await readMirrorFolder(site, context);
  const releases = entries
    .map(({ name }) => name)
    .filter((name) => /^\d+\.\d+$/.test(name) && !name.startsWith('42.'));
  if (releases.length === 0) throw unusable(site, 'it lists no release');
  return releases.sort((left, right) => compareVersions(right, left));
}

/** The images of a release, newest build first; empty if it has none. */
export async function findLeapImages(
  release: string,
  context: VendorContext,
): Promise<LeapImage[]> {
  const folder = new URL(`${release}/appliances/`, site);
  const entries = (await findMirrorFolder(folder, context)) ?? [];
  const names = new Set(entries.map(({ name }) => name));
  const images = entries.flatMap(({ name, sizeBytes }): LeapImage[] => {
    const [, of, machine, version, build] = imageName.exec(name) ?? [];
    if (of !== release || machine === undefined || build === undefined) return [];
    const url = new URL(name, folder);
    const isSha512Alone = names.has(`${name}.sha512`) && !names.has(`${name}.sha256`);
    return [
      {
        release,
        machine,
        build,
        snapshot: `${version ?? release}-build${build}`,
        url,
        fileName: name,
        ...defined({ sizeBytes }),
        sums: new URL(`${url}.${isSha512Alone ? 'sha512' : 'sha256'}`),
      },
    ];
  });
  return images.sort((left, right) => compareVersions(right.build, left.build));
}

export function isLeapImageOf(image: LeapImage, arch: Arch): boolean {
  return image.machine === rpmWords[arch];
}
