import {
  type Arch,
  type Artifact,
  type BootFacts,
  type Digest,
  type Proof,
  parseDigest,
  type VendorContext,
} from '../../src/kit.ts';
import { alpineInstallerKeys } from '../keys/alpine.ts';
import { openpgp } from '../shared/openpgp.ts';
import { unusable } from '../shared/unusable.ts';
import { parseReleaseEntries } from './releases-yaml.ts';

/**
 * The system that runs from memory: a CD image, and a kernel and initramfs that boot without it.
 */
export interface AlpineNetboot {
  branch: string;
  version: string;
  disk: Artifact[];
  boot: BootFacts;
}

const words: Partial<Record<Arch, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

/**
 * What `latest-releases.yaml` of a branch names; `undefined` if it names nothing for that
 * architecture.
 */
export async function findNewestNetboot(
  branch: string,
  arch: Arch,
  context: VendorContext,
): Promise<AlpineNetboot | undefined> {
  const word = words[arch] ?? arch;
  const url = new URL('latest-releases.yaml', folderOf(branch, word));
  const document = await context.http.find(url, { signal: context.signal });
  if (document === undefined) return undefined;
  const entry = parseReleaseEntries(document.text, url).find(
    (fields) => fields.get('flavor') === 'alpine-virt',
  );
  if (entry === undefined) return undefined;
  const version = entry.get('version') ?? '';
  const fileName = nameOf(version, word);
  if (!version.startsWith(`${branch}.`) || !isVersion(version) || entry.get('file') !== fileName) {
    throw unusable(url, `it names no ${nameOf(`${branch}.N`, word)}`);
  }
  const digests = (['sha256', 'sha512'] as const).flatMap((name): Digest[] => {
    const hex = entry.get(name);
    return hex === undefined ? [] : [parseDigest(`${name}:${hex}`, `${url}: ${name}`)];
  });
  if (digests.length === 0) throw unusable(url, `it has no digest of ${fileName}`);
  const size = entry.get('size');
  const sizeBytes =
    size !== undefined && /^\d{1,15}$/.test(size) ? { sizeBytes: Number(size) } : {};
  const proofs = digests.map((digest): Proof => ({ kind: 'digest', digest, from: url.href }));
  return describe(branch, version, word, proofs, sizeBytes);
}

/**
 * An earlier version: its files stay beside the newest, each with its own list of digests;
 * `undefined` if it has been removed.
 */
export async function findNetbootOf(
  version: string,
  arch: Arch,
  context: VendorContext,
): Promise<AlpineNetboot | undefined> {
  const branch = /^\d+\.\d+(?=\.)/.exec(version)?.[0];
  if (branch === undefined || !isVersion(version)) return undefined;
  const word = words[arch] ?? arch;
  const sums = new URL(`${nameOf(version, word)}.sha512`, folderOf(branch, word));
  const document = await context.http.find(sums, { signal: context.signal });
  if (document === undefined) return undefined;
  return describe(branch, version, word, [{ kind: 'checksums', url: sums, dialect: 'sums' }]);
}

function describe(
  branch: string,
  version: string,
  word: string,
  proofs: Proof[],
  size: { sizeBytes?: number } = {},
): AlpineNetboot {
  const folder = folderOf(branch, word);
  const fileName = nameOf(version, word);
  const url = new URL(fileName, folder);
  const signature = openpgp(new URL(`${url}.asc`), alpineInstallerKeys);
  const loose = new URL(`netboot-${version}/`, folder);
  const find = (name: string): Artifact => ({
    ...{ url: new URL(name, loose), fileName: name, layers: [] },
    proofs: [
      {
        kind: 'tls',
        reason: `Alpine signs and lists the archive of ${loose.pathname.split('/').at(-2)}, not the files in it`,
      },
    ],
  });
  return {
    branch,
    version,
    disk: [
      {
        ...{ url, fileName, ...size, layers: ['iso'] },
        proofs: [{ kind: 'signature', signature }, ...proofs],
      },
    ],
    boot: {
      kernel: find('vmlinuz-virt'),
      initrd: find('initramfs-virt'),
      cmdline: [
        'ip=dhcp',
        `alpine_repo=${new URL(`../../main`, folder)}`,
        `modloop=${new URL('modloop-virt', loose)}`,
        'modules=loop,squashfs',
      ].join(' '),
    },
  };
}

function folderOf(branch: string, word: string): URL {
  return new URL(`https://dl-cdn.alpinelinux.org/alpine/v${branch}/releases/${word}/`);
}

function nameOf(version: string, word: string): string {
  return `alpine-virt-${version}-${word}.iso`;
}

function isVersion(text: string): boolean {
  return /^\d+\.\d+\.\d+$/.test(text);
}
