import { parseBundleCatalog } from '../../../src/core.ts';
import type { BundleCatalog } from '../../../src/kit.ts';

export const base = 'https://bundles.example/';

/** A different digest for each letter. */
export function digestOf(letter: string): string {
  return letter.repeat(64);
}

function entry(name: string, letter: string, more: object = {}): object {
  return {
    name,
    tarball_url: `${base}${name}-${letter}.tar.zst`,
    tarball_sha256: digestOf(letter),
    ...more,
  };
}

export const catalog: BundleCatalog = parseBundleCatalog(
  JSON.stringify({
    version: 1,
    entries: [
      entry('web', 'a', { arch: 'x86_64', version: '1.2', size_bytes: 100, kernel_ref: 'generic' }),
      entry('web', 'b', { arch: 'aarch64' }),
      entry('Own_kernel', 'c', { members: ['kernel', 'initrd'], cmdline: 'root=/dev/vda' }),
      entry('other', 'd', { kernel_ref: 'debian:13', cmdline: 'quiet' }),
      entry('generic', 'e', { kind: 'kernel', members: ['initrd'], cmdline: 'ro' }),
      entry('dangling', 'f', { kernel_ref: 'web' }),
    ],
  }),
);
