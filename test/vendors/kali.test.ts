import { afterEach, describe, expect, it } from 'vitest';
import { kali } from '../../vendors/kali.ts';
import { base, documents, origin, sums } from './documents/kali.ts';
import { naming } from './every/naming.ts';
import { listAll, maintenancePage } from './every/serve-documents.ts';
import { signedBy } from './every/signed-by.ts';
import { createVendorSite } from './every/vendor-site.ts';

const key = '827C8569F2518CC677FECA1AED65462EC8D5E4C5';
const site = createVendorSite(kali, [origin], documents);
afterEach(() => site.close());

describe('kali', () => {
  it.each([
    ['latest', {}, '2026.10', 'amd64'],
    ['rolling', { arch: 'arm64' }, '2026.10', 'arm64'],
    ['2026.2', {}, '2026.2', 'amd64'],
    ['kali-2026.2', { variant: 'GenericCloud' }, '2026.2', 'amd64'],
    ['latest', { snapshot: '2025.4' }, '2025.4', 'amd64'],
  ] as const)('%s %j is %s for %s', async (release, more, version, word) => {
    const image = await site.resolve(release, more);
    expect(image).toMatchObject({ release: version, snapshot: version, variant: 'genericcloud' });
    const fileName = `kali-linux-${version}-cloud-genericcloud-${word}.tar.xz`;
    const list = `${base}kali-${version}/SHA256SUMS`;
    expect(image.disk).toEqual([
      {
        url: new URL(`${base}kali-${version}/${fileName}`),
        fileName,
        layers: ['xz', 'tar', 'raw'],
        proofs: [
          {
            kind: 'checksums',
            url: new URL(list),
            dialect: 'sums',
            signature: signedBy(`${list}.gpg`, key),
          },
        ],
      },
    ]);
    expect(site.requests).toEqual([`GET ${base}`, `GET ${list}`]);
  });

  it.each([
    ['2026.3', {}, 'release', ['2026.10', '2026.2', '2025.4']],
    ['2025.4', { arch: 'arm64' }, 'arch', ['amd64']],
    ['latest', { variant: 'generic' }, 'variant', ['genericcloud']],
    ['latest', { snapshot: '2024.1' }, 'snapshot', ['2026.10', '2026.2', '2025.4']],
    ['2026.2', { snapshot: '2025.4' }, 'snapshot', ['2026.2']],
    ['latest', { parameters: { a: 'b' } }, 'parameter', []],
  ] as const)('%s %j: no such %s', async (release, more, field, known) => {
    await expect(site.resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: [...known] },
    });
  });

  it.each([
    [base, maintenancePage],
    [`${base}kali-2026.10/SHA256SUMS`, maintenancePage],
    [`${base}kali-2026.10/SHA256SUMS`, sums('2026.2', 'amd64')],
  ])('names %s if it is another page', async (address, page) => {
    await expect(site.resolve('latest', {}, { [address]: page })).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(address),
    });
  });

  it('reports the missing list of a version', async () => {
    const address = `${base}kali-2026.10/SHA256SUMS`;
    await expect(site.resolve('latest', {}, { [address]: '' })).rejects.toMatchObject({
      code: 'ERR_HTTP_STATUS',
      message: naming(address.slice('https://'.length)),
      details: { status: 404 },
    });
  });

  it('lists versions in numeric order', async () => {
    const listed = await listAll(kali, await site.serve(documents));
    expect(listed.map(({ release, arches }) => [release, arches])).toEqual([
      ['2026.10', ['amd64', 'arm64']],
      ['2026.2', ['amd64', 'arm64']],
      ['2025.4', ['amd64']],
    ]);
    expect(listed[0]?.aliases).toEqual(['latest', 'rolling']);
  });
});
