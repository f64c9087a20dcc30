import { afterEach, describe, expect, it } from 'vitest';
import { cirros } from '../../vendors/cirros.ts';
import { base, documents, released } from './documents/cirros.ts';
import { naming } from './every/naming.ts';
import { listAll, maintenancePage } from './every/serve-documents.ts';
import { createVendorSite } from './every/vendor-site.ts';

const site = createVendorSite(cirros, [base], documents);
afterEach(() => site.close());

describe('cirros', () => {
  it.each([
    ['latest', {}, '0.6.3', 'x86_64'],
    ['0.6', { arch: 'arm64' }, '0.6.3', 'aarch64'],
    ['0.6.2', {}, '0.6.2', 'x86_64'],
    ['0.6', { snapshot: '0.6.2' }, '0.6.2', 'x86_64'],
  ] as const)('%s %j is %s for %s', async (release, more, version, word) => {
    const image = await site.resolve(release, more);
    const fileName = `cirros-${version}-${word}-disk.img`;
    expect(image).toMatchObject({ release: '0.6', version, snapshot: version, variant: 'disk' });
    expect(image.disk).toEqual([
      {
        url: new URL(`${base}${version}/${fileName}`),
        fileName,
        layers: ['qcow2'],
        proofs: [
          {
            kind: 'checksums',
            url: new URL(`${base}${version}/SHA256SUMS`),
            dialect: 'sums',
          },
        ],
      },
    ]);
    expect(image.warnings).toMatchObject([{ code: 'default-password' }]);
  });

  it('warns when only weak digests exist', async () => {
    expect((await site.resolve('0.3.5', { arch: '386' })).disk).toMatchObject([
      { fileName: 'cirros-0.3.5-i386-disk.img', proofs: [{ kind: 'tls' }] },
    ]);
  });

  const versions = ['0.6.3', '0.6.2', '0.3.5'];
  it.each([
    ['0.7', {}, 'release', versions],
    ['0.6.9', {}, 'release', versions],
    ['six', {}, 'release', versions],
    ['0.6.3', { arch: 's390x' }, 'arch', ['arm64', 'arm', 'ppc64le', 'amd64']],
    ['0.6.3', { variant: 'uec' }, 'variant', ['disk']],
    ['0.6', { snapshot: '0.6.9' }, 'snapshot', versions],
    ['0.6', { snapshot: '0.3.5' }, 'snapshot', versions],
    ['0.6', { snapshot: '../evil' }, 'snapshot', versions],
    ['0.6', { parameters: { a: 'b' } }, 'parameter', []],
  ] as const)('%s %j: no such %s', async (release, more, field, known) => {
    await expect(site.resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: [...known] },
    });
  });

  it.each([
    ['latest', released],
    ['0.6', base],
    ['0.6.3', `${base}0.6.3/`],
  ])('%s: names the address of a maintenance page', async (release, address) => {
    const changed = { [address]: maintenancePage };
    await expect(site.resolve(release, {}, changed)).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(address),
    });
  });

  it('lists a branch by its newest version', async () => {
    expect(await listAll(cirros, await site.serve(documents))).toEqual([
      {
        release: '0.6',
        version: '0.6.3',
        aliases: ['latest'],
        arches: ['amd64', 'arm64', 'ppc64le', 'arm'],
        variants: ['disk'],
      },
      { release: '0.3', version: '0.3.5', arches: ['amd64', '386'], variants: ['disk'] },
    ]);
  });
});
