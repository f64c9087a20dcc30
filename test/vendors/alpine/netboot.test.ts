import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest, Resolution } from '../../../src/kit.ts';
import { alpine } from '../../../vendors/alpine.ts';
import { naming } from '../every/naming.ts';
import {
  ask,
  type Documents,
  listAll,
  maintenancePage,
  readFixture,
  serveDocuments,
} from '../every/serve-documents.ts';
import { signedBy } from '../every/signed-by.ts';
import { cloud, index, listFiles, origins } from './site.ts';

const releases = 'https://dl-cdn.alpinelinux.org/alpine/v3.24/releases/x86_64/';
const yaml = `${releases}latest-releases.yaml`;
const iso = 'alpine-virt-3.24.2-x86_64.iso';
const older = 'alpine-virt-3.24.1-x86_64.iso';

/** Two entries as upstream writes them, with a description over several lines. */
function entries(file = iso, more = `sha256: ${'a1'.repeat(32)}`): string {
  const archive = 'alpine-netboot-3.24.2-x86_64.tar.gz';
  return `---
-
  title: "Netboot"
  desc: |
    Kernel, initramfs and modloop for
    netboot: over the network.
  branch: v3.24
  version: 3.24.2
  flavor: alpine-netboot
  file: ${archive}
  iso: ${archive}
  sha256: ${'b2'.repeat(32)}
-
  title: "Virtual"
  branch: v3.24
  arch: x86_64
  version: 3.24.2
  flavor: alpine-virt
  file: ${file}
  iso: ${file}
  date: 2026-10-02
  time: 16:05:51
  size: 69206016
  ${more}
`;
}

let site: Documents | undefined;
afterEach(() => site?.close());

async function start(text = entries()): Promise<Documents> {
  site = await serveDocuments(origins, {
    [index]: await readFixture('alpine/releases.json'),
    [yaml]: text,
    [`${releases}${older}.sha512`]: `${'c3'.repeat(64)}  ${older}\n`,
  });
  return site;
}

async function resolve(
  release: string,
  more: Partial<ImageRequest> = {},
  text?: string,
): Promise<Resolution> {
  return ask(alpine, await start(text), release, 'amd64', { variant: 'netboot', ...more });
}

describe('Alpine from memory', () => {
  it('is the CD image that the list names, with its digests and its signature', async () => {
    const both = `sha256: ${'A1'.repeat(32)}\n  sha512: ${'d4'.repeat(64)}`;
    const image = await resolve('3.24', {}, entries(iso, both));
    expect(image).toMatchObject({
      ...{ release: '3.24', version: '3.24.2', variant: 'netboot', snapshot: '3.24.2' },
      guest: { user: 'root', seed: 'none', ssh: false },
    });
    expect(image.disk).toEqual([
      {
        url: new URL(releases + iso),
        ...{ fileName: iso, sizeBytes: 69_206_016, layers: ['iso'] },
        proofs: [
          {
            kind: 'signature',
            signature: signedBy(
              `${releases}${iso}.asc`,
              '0482D84022F52DF1C4E7CD43293ACD0907D9495A',
            ),
          },
          { kind: 'digest', digest: `sha256:${'a1'.repeat(32)}`, from: yaml },
          { kind: 'digest', digest: `sha512:${'d4'.repeat(64)}`, from: yaml },
        ],
      },
    ]);
    expect(image.boot).toBeUndefined();
  });

  it('boots with the kernel of the same version, which only TLS proves', async () => {
    const { context } = await start();
    const { boot } = await alpine.resolve(
      { vendor: 'alpine', release: 'latest', arch: 'amd64', variant: 'NetBoot' },
      { ...context, boot: true },
    );
    const loose = `${releases}netboot-3.24.2/`;
    expect(boot?.kernel.url.href).toBe(`${loose}vmlinuz-virt`);
    expect(boot?.initrd?.url.href).toBe(`${loose}initramfs-virt`);
    for (const file of [boot?.kernel, boot?.initrd]) {
      expect(file?.proofs).toMatchObject([{ kind: 'tls', reason: expect.stringMatching(/\S/) }]);
    }
    expect(boot?.cmdline?.split(' ')).toEqual([
      'ip=dhcp',
      'alpine_repo=https://dl-cdn.alpinelinux.org/alpine/v3.24/main',
      `modloop=${loose}modloop-virt`,
      'modules=loop,squashfs',
    ]);
  });

  it('finds an earlier version through the list beside its file', async () => {
    for (const [release, more] of [
      ['3.24.1', {}],
      ['latest', { snapshot: '3.24.1' }],
    ] as const) {
      const image = await resolve(release, more);
      expect(image.disk[0]).toMatchObject({
        url: new URL(releases + older),
        proofs: [
          { kind: 'signature' },
          { kind: 'checksums', url: new URL(`${releases}${older}.sha512`) },
        ],
      });
      expect(image.snapshot).toBe('3.24.1');
      await site?.close();
    }
  });

  it('comes from the previous branch if the newest has none yet, with a warning', async () => {
    const own = await start();
    own.put(yaml.replaceAll('3.24', '3.23'), entries().replaceAll('3.24', '3.23'));
    const newest = await ask(alpine, own, 'latest', 'amd64', { variant: 'netboot' });
    expect([newest.version, newest.warnings]).toEqual(['3.24.2', undefined]);
    await own.close();

    site = await serveDocuments(origins, {
      [index]: await readFixture('alpine/releases.json'),
      [yaml.replaceAll('3.24', '3.23')]: entries().replaceAll('3.24', '3.23'),
    });
    const image = await ask(alpine, site, 'latest', 'amd64', { variant: 'netboot' });
    expect([image.release, image.version]).toEqual(['3.23', '3.23.2']);
    const message = 'Alpine 3.24 has no such image yet; the latest is of 3.23';
    expect(image.warnings).toEqual([{ code: 'older-release', message }]);
    const asked = await ask(alpine, site, '3.23', 'amd64', { variant: 'netboot' });
    expect([asked.version, asked.warnings]).toEqual(['3.23.2', undefined]);
  });

  it.each<[string, Partial<ImageRequest>, string]>([
    ['3.24.9', {}, 'release'],
    ['edge', {}, 'release'],
    ['3.99', {}, 'release'],
    ['latest', { arch: 's390x' }, 'arch'],
    ['3.24', { snapshot: '3.24.2-r0' }, 'snapshot'],
    ['3.24', { snapshot: '3.23.4' }, 'snapshot'],
    ['3.24.2', { snapshot: '3.24.1' }, 'snapshot'],
    ['latest', { snapshot: '3.24.7/../x' }, 'snapshot'],
  ])('%s %j is not found: %s', async (release, more, field) => {
    await expect(resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field },
    });
  });

  it.each([
    ['a page', maintenancePage],
    ['nothing', '---\n'],
    ['another branch', entries(iso).replaceAll('3.24.2', '3.23.2')],
    ['a path for a file', entries(`../${iso}`)],
    ['an entry without a digest', entries(iso, 'note: none')],
    ['an MD5', entries(iso, `sha256: ${'a1'.repeat(16)}`)],
  ])('reports bad metadata for a list with %s', async (_, text) => {
    await expect(resolve('3.24', {}, text)).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(yaml),
    });
  });

  it('is listed if a branch has it', async () => {
    const own = await start();
    const image = 'alpine-3.24.2-x86_64-cloudinit-r0.qcow2';
    own.put(cloud('3.24'), listFiles([image]));
    own.put(cloud('3.23'), listFiles([image.replaceAll('3.24', '3.23')]));
    const variants = (await listAll(alpine, own)).map((listing) => listing.variants);
    expect(variants).toEqual([['cloudinit', 'netboot'], ['cloudinit']]);
  });
});
