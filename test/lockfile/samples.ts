import type { LockEntry, LockedImage, LockFile } from '../../src/lockfile/lock-file.ts';

const hex = 'ab'.repeat(32);

/** A locked image with every possible member. */
export const fullImage: LockedImage = {
  release: '13',
  codename: 'trixie',
  version: '13.1',
  variant: 'genericcloud',
  snapshot: '20260712-2537',
  digests: [`sha256:${hex}`, `sha512:${hex}${hex}`],
  sizeBytes: 123_456,
  url: 'https://images.acme.example/13/20260712-2537/disk.tar.xz',
  archives: ['https://archive.acme.example/13/20260712-2537/disk.tar.xz'],
  mirrors: ['https://mirror.acme.example/disk.tar.xz'],
  fileName: 'disk.tar.xz',
  layers: ['xz', 'tar', 'raw'],
  entry: 'disk.raw',
  trust: {
    level: 'signed',
    signer: {
      fingerprint: 'A'.repeat(40),
      subkey: 'B'.repeat(40),
      userId: 'Acme',
      keyOrigin: 'vendor',
    },
    signedAt: '2026-07-12T10:00:00.000Z',
  },
  boot: {
    kernel: {
      digests: [`sha256:${hex}`],
      url: 'https://images.acme.example/13/vmlinuz',
      fileName: 'vmlinuz',
      layers: [],
      trust: { level: 'checksum' },
    },
    initrd: {
      digests: [`sha256:${hex}`],
      sizeBytes: 7,
      url: 'https://images.acme.example/13/initrd',
      fileName: 'initrd',
      layers: [],
      trust: { level: 'checksum' },
    },
    cmdline: 'root=LABEL=root',
  },
  guest: {
    user: 'acme',
    seed: 'combustion',
    ssh: true,
    firmware: ['bios', 'uefi'],
    minDiskBytes: 1,
    minMemoryBytes: 2,
    eol: '2028-06-30',
  },
  locked: '2026-07-20T12:00:00.000Z',
};

/** A minimal image. */
export const bareImage: LockedImage = {
  release: '1',
  variant: 'default',
  snapshot: '20260101',
  digests: [`sha256:${hex}`],
  url: 'http://images.acme.example/1.raw',
  fileName: '1.raw',
  layers: ['raw'],
  trust: { level: 'tls' },
  locked: '2026-01-02T00:00:00.000Z',
};

export const bareEntry: LockEntry = {
  alias: 'acme-1',
  request: 'acme:1',
  architectures: { amd64: bareImage },
};

export const sample: LockFile = {
  images: [
    bareEntry,
    {
      alias: 'acme-13',
      request: 'acme:13@20260712-2537',
      variant: 'genericcloud',
      parameters: { a: '1', b: '2' },
      architectures: { amd64: fullImage, arm64: bareImage },
    },
  ],
};
