import { afterEach, describe, expect, it } from 'vitest';
import { openbsd } from '../../vendors/openbsd.ts';
import { api, documents, downloads, index } from './documents/openbsd.ts';
import { naming } from './every/naming.ts';
import { listAll, maintenancePage } from './every/serve-documents.ts';
import { createVendorSite } from './every/vendor-site.ts';

const site = createVendorSite(openbsd, [api], documents);
afterEach(() => site.close());

describe('openbsd', () => {
  it.each([
    ['latest', {}, '7.9', 'min', '7.9_2026-06-03-20-46'],
    ['v7.9', { variant: 'generic' }, '7.9', 'generic', '7.9_2026-06-03-20-46'],
    ['7.8', {}, '7.8', 'min', '7.8_2025-10-22-09-25'],
    ['latest', { snapshot: '7.9_2026-05-20-11-05' }, '7.9', 'min', '7.9_2026-05-20-11-05'],
    ['7.7', { snapshot: 'v7.7_2026-08-01-10-00' }, '7.7', 'min', '7.7_2026-08-01-10-00'],
  ] as const)('%s %j is %s %s %s', async (word, more, version, variant, snapshot) => {
    const image = await site.resolve(word, more);
    expect(image).toMatchObject({ release: version, variant, snapshot });
    const fileName = `openbsd-${variant}.qcow2`;
    const url = `${downloads}v${snapshot}/${fileName}`;
    expect(image.disk).toEqual([
      {
        url: new URL(url),
        fileName,
        sizeBytes: 431554560,
        layers: ['qcow2'],
        proofs: [
          {
            kind: 'checksums',
            url: new URL(`${url}.sha256`),
            dialect: 'sums',
            aliases: [`images/${fileName}`],
          },
        ],
      },
    ]);
    expect(site.requests).toEqual([`GET ${index}`]);
  });

  it('names the builder of the image', async () => {
    expect(openbsd.publisher).toContain('hcartiaux');
    expect((await site.resolve('latest')).warnings).toMatchObject([{ code: 'third-party' }]);
  });

  it.each([
    ['7.10', {}, 'release', ['7.9', '7.8', '7.7']],
    ['latest', { arch: 'arm64' }, 'arch', ['amd64']],
    ['latest', { variant: 'full' }, 'variant', ['min', 'generic']],
    ['7.8', { snapshot: '7.9_2026-06-03-20-46' }, 'snapshot', ['7.8_2025-10-22-09-25']],
    ['latest', { snapshot: '../evil' }, 'snapshot', ['7.8_2025-10-22-09-25']],
    ['latest', { parameters: { a: 'b' } }, 'parameter', []],
  ] as const)('%s %j: no such %s', async (word, more, field, known) => {
    await expect(site.resolve(word, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: expect.arrayContaining([...known]) },
    });
  });

  it.each([maintenancePage, '{"message":"Not Found"}', '[]', '[{"tag_name":7}]'])(
    'reports bad metadata for %s',
    async (page) => {
      await expect(site.resolve('latest', {}, { [index]: page })).rejects.toMatchObject({
        code: 'ERR_METADATA',
        message: naming(index),
      });
    },
  );

  it('lists versions in numeric order', async () => {
    const listed = await listAll(openbsd, await site.serve(documents));
    expect(listed).toEqual([
      {
        release: '7.9',
        version: '7.9',
        aliases: ['latest'],
        arches: ['amd64'],
        variants: ['min', 'generic'],
      },
      { release: '7.8', version: '7.8', arches: ['amd64'], variants: ['min'] },
      { release: '7.7', version: '7.7', arches: ['amd64'], variants: ['min', 'generic'] },
    ]);
  });
});
