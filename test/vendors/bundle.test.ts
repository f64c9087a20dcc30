import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageRequest, Resolution } from '../../src/kit.ts';
import { createVendorContext, type TestVendorContext } from '../../src/testing/vendor-context.ts';
import { bundle } from '../../vendors/bundle.ts';
import { base, catalog, digestOf } from './documents/bundle.ts';
import { listAll } from './every/serve-documents.ts';

let site: TestVendorContext;
beforeAll(async () => {
  site = await createVendorContext({ bundles: catalog });
});
afterAll(() => site.close());

function resolve(
  release: string,
  more: Partial<ImageRequest> = {},
  boot = false,
): Promise<Resolution> {
  return bundle.resolve(
    { vendor: 'bundle', release, arch: 'amd64', ...more },
    site.renew({ boot }),
  );
}

describe('bundle', () => {
  it('has exactly the files of its kind, with the digest of the catalog', async () => {
    expect(await resolve('web')).toEqual({
      ...{ release: 'web', version: '1.2', variant: 'default', snapshot: 'aaaaaaaaaaaa' },
      disk: [
        {
          url: new URL(`${base}web-a.tar.zst`),
          fileName: 'web.tar.zst',
          layers: ['zst', 'tar', 'raw'],
          entry: 'rootfs.ext4',
          sizeBytes: 100,
          members: { 'rootfs.ext4': 'disk', 'manifest.json': 'manifest' },
          proofs: [
            { kind: 'digest', digest: `sha256:${digestOf('a')}`, from: 'the bundle catalog' },
          ],
        },
      ],
    });
    expect((await resolve('web', { arch: 'arm64' })).snapshot).toBe('bbbbbbbbbbbb');
  });

  it('names its kernel: its own, one of the catalog, or that of another vendor', async () => {
    const own = await resolve('Own_kernel', {}, true);
    expect(own.boot).toEqual({
      kernel: own.disk[0],
      initrd: own.disk[0],
      cmdline: 'root=/dev/vda',
    });
    expect(own.disk[0]?.members).toMatchObject({ kernel: 'kernel', initrd: 'initrd' });
    const named = await resolve('web', {}, true);
    expect(named.boot).toMatchObject({ cmdline: 'ro', kernel: { layers: ['zst', 'tar'] } });
    expect(named.boot?.kernel.members).toEqual({ kernel: 'kernel', initrd: 'initrd' });
    const { boot, bootOf } = await resolve('other', {}, true);
    expect({ boot, bootOf }).toEqual({ bootOf: { reference: 'debian:13', cmdline: 'quiet' } });
    await expect(resolve('dangling', {}, true)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect((await resolve('dangling')).boot).toBeUndefined();
  });

  it.each([
    ['absent', {}, 'release', ['web', 'web', 'Own_kernel', 'other', 'dangling']],
    ['generic', {}, 'release', ['web', 'web', 'Own_kernel', 'other', 'dangling']],
    ['other', { arch: 'arm64' }, 'arch', ['amd64']],
    ['web', { variant: 'small' }, 'variant', ['default']],
    ['web', { snapshot: 'bbbbbbbbbbbb' }, 'snapshot', ['aaaaaaaaaaaa']],
    ['web', { parameters: { a: 'b' } }, 'parameter', []],
  ] as const)('%s %j: no such %s', async (release, more, field, known) => {
    await expect(resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: [...new Set(known)] },
    });
  });

  it('lists images by name with their architectures, and no kernel', async () => {
    expect(await listAll(bundle, site)).toEqual([
      { release: 'web', version: '1.2', arches: ['amd64', 'arm64'], variants: ['default'] },
      ...['Own_kernel', 'other', 'dangling'].map((release) => ({
        ...{ release, arches: ['amd64'], variants: ['default'] },
      })),
    ]);
  });

  it('lists nothing without a catalog', async () => {
    const { bundles: _, ...bare } = site.renew();
    expect(await listAll(bundle, bare)).toEqual([]);
    const asked = { vendor: 'bundle', release: 'web', arch: 'amd64' } as const;
    await expect(bundle.resolve(asked, bare)).rejects.toMatchObject({
      ...{ code: 'ERR_NOT_FOUND', hint: expect.stringContaining('--bundles') },
    });
  });
});
