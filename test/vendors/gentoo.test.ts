import { afterEach, describe, expect, it } from 'vitest';
import { gentoo } from '../../vendors/gentoo.ts';
import {
  builds,
  diskOf,
  documents,
  newest,
  older,
  origin,
  pointer,
  sayLatest,
} from './documents/gentoo.ts';
import { naming } from './every/naming.ts';
import { listAll, maintenancePage } from './every/serve-documents.ts';
import { signedBy } from './every/signed-by.ts';
import { createVendorSite } from './every/vendor-site.ts';

const key = '13EBBDBEDE7A12775DFDB1BABB572E0E2D182910';
const site = createVendorSite(gentoo, [origin], documents);
afterEach(() => site.close());

describe('gentoo', () => {
  it.each(['latest', 'rolling'])(
    'reads the pointer for %s and requires its signature',
    async (release) => {
      const image = await site.resolve(release);
      expect(image).toMatchObject({
        release: 'rolling',
        version: newest,
        snapshot: newest.toLowerCase(),
        variant: 'cloudinit',
      });
      const url = `${builds}${diskOf(newest)}`;
      expect(image.disk).toEqual([
        {
          url: new URL(url),
          fileName: `di-amd64-cloudinit-${newest}.qcow2`,
          sizeBytes: 1501626368,
          layers: ['qcow2'],
          proofs: [
            {
              kind: 'checksums',
              url: new URL(`${url}.sha256`),
              dialect: 'sums',
              signature: signedBy('inline', key),
            },
            { kind: 'signature', of: new URL(pointer), signature: signedBy('inline', key) },
          ],
        },
      ]);
      expect(site.requests).toEqual([`GET ${pointer}`]);
    },
  );

  it('reads a pointer that holds only the file name', async () => {
    const name = `di-amd64-cloudinit-${newest}.qcow2`;
    const image = await site.resolve('latest', {}, { [pointer]: sayLatest(name) });
    expect(image.disk[0]?.url.href).toBe(`${builds}${newest}/${name}`);
  });

  it.each([
    [older, {}],
    ['latest', { snapshot: older.toLowerCase() }],
  ])('finds an older build as %s %j', async (release, more) => {
    const { disk, snapshot } = await site.resolve(release, more);
    expect(snapshot).toBe(older.toLowerCase());
    expect(disk[0]?.url.href).toBe(`${builds}${diskOf(older)}`);
    expect(disk[0]?.proofs).toHaveLength(1);
    expect(disk[0]).not.toHaveProperty('sizeBytes');
  });

  it.each([
    ['2026', {}, 'release', ['latest']],
    ['latest', { arch: 'riscv64' }, 'arch', ['amd64', 'arm64']],
    ['latest', { arch: 'arm64' }, 'arch', []],
    ['latest', { variant: 'console' }, 'variant', ['cloudinit']],
    ['latest', { snapshot: '20260101T000000Z' }, 'snapshot', [newest]],
    ['latest', { snapshot: '../evil' }, 'snapshot', []],
    [older, { snapshot: newest }, 'snapshot', [older]],
    ['latest', { parameters: { a: 'b' } }, 'parameter', []],
  ] as const)('%s %j: no such %s', async (release, more, field, known) => {
    await expect(site.resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: [...known] },
    });
  });

  it.each([
    maintenancePage,
    sayLatest('20261004T164559Z/di-arm64-cloudinit-20261004T164559Z.qcow2'),
  ])('reports bad metadata for another page', async (page) => {
    await expect(site.resolve('latest', {}, { [pointer]: page })).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(pointer),
    });
  });

  it('lists the architectures that have a pointer', async () => {
    expect(await listAll(gentoo, await site.serve(documents))).toEqual([
      {
        release: 'rolling',
        version: newest,
        aliases: ['latest'],
        arches: ['amd64'],
        variants: ['cloudinit'],
      },
    ]);
  });
});
