import {
  type Artifact,
  type BootFacts,
  compareVersions,
  defined,
  type Proof,
  parseChecksums,
  peekSignedText,
  type VendorContext,
} from '../../src/kit.ts';
import { type DebianRelease, debianArchiveSignature } from './releases.ts';

/** The network installer: a small CD image, and a kernel and initrd that boot without it. */
export interface DebianNetboot {
  /** When the installer was built: `20250803+deb13u7`. */
  snapshot: string;
  disk: Artifact[];
  boot: BootFacts;
}

/** The builds of the installer that a release's signed list names, newest first. */
export async function listNetbootBuilds(
  release: DebianRelease,
  arch: string,
  context: VendorContext,
): Promise<string[]> {
  const list = await context.http.get(release.signed, { signal: context.signal });
  const text = peekSignedText(list.text);
  const { entries } = parseChecksums(text, { dialect: 'deb822', from: list.url.href });
  const pattern = new RegExp(`^main/installer-${arch}/([^/]+)/images/SHA256SUMS$`);
  const builds = entries.flatMap(({ name }) => pattern.exec(name ?? '')?.[1] ?? []);
  return [...new Set(builds)]
    .filter((build) => /^\d{8}/.test(build))
    .sort((left, right) => compareVersions(right, left));
}

/**
 * The installer of one build: `InRelease` is signed and names the installer's list of digests,
 * which names the files. The kernel boots the installer, not an installed disk.
 */
export async function findNetboot(
  release: DebianRelease,
  build: string,
  arch: string,
  context: VendorContext,
): Promise<DebianNetboot | undefined> {
  const path = `main/installer-${arch}/${build}/images/`;
  const url = new URL(`${path}SHA256SUMS`, release.signed);
  const sums = await context.http.find(url, { signal: context.signal });
  if (sums === undefined) return undefined;
  const { entries } = parseChecksums(sums.text, { dialect: 'sums', from: url.href });
  const names = new Set(entries.map(({ name }) => name));
  const via: Proof = {
    ...{ kind: 'checksums', url: release.signed, name: `${path}SHA256SUMS`, dialect: 'deb822' },
    signature: debianArchiveSignature(release.codename),
  };
  const find = (name: string, layers: string[] = []): Artifact | undefined => {
    if (!names.has(name)) return undefined;
    const proof: Proof = { kind: 'checksums', url, name, dialect: 'sums', via };
    const fileName = name.slice(name.lastIndexOf('/') + 1);
    return { url: new URL(name, url), fileName, layers, proofs: [proof] };
  };
  const disk = find('netboot/mini.iso', ['iso']);
  const kernel = find(`netboot/debian-installer/${arch}/linux`);
  const initrd = find(`netboot/debian-installer/${arch}/initrd.gz`);
  if (disk === undefined || kernel === undefined) return undefined;
  return { snapshot: build, disk: [disk], boot: { kernel, ...defined({ initrd }) } };
}
