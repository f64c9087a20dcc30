import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest } from '../../src/kit.ts';
import { fedoraCoreos } from '../../vendors/fedora-coreos.ts';
import {
  beta,
  current,
  digestOf,
  documents,
  earlier,
  host,
  origins,
  streamOf,
} from './documents/fedora-coreos.ts';
import { naming } from './every/naming.ts';
import { listAll, maintenancePage } from './every/serve-documents.ts';
import { signedBy } from './every/signed-by.ts';
import { createVendorSite } from './every/vendor-site.ts';

const site = createVendorSite(fedoraCoreos, origins, documents);
afterEach(() => site.close());

const stable = `${host}streams/stable.json`;
const key43 = 'C6E7F081CF80E13146676E88829B606631645531';
const key44 = '36F612DCF27F7D1A48A835E4DBFCF71C6D9F90A6';

/** The proofs of a file of the current stable build for amd64. */
function proofsOf(name: string): object[] {
  const url = `${host}prod/streams/stable/builds/${current}/x86_64/${name}`;
  return [
    { kind: 'signature', signature: signedBy(`${url}.sig`, key44) },
    { kind: 'digest', digest: `sha256:${digestOf(name)}`, from: stable },
  ];
}

describe('fedora-coreos', () => {
  it('answers from the stream: the compressed disk, its signature and its digest', async () => {
    const name = `fedora-coreos-${current}-qemu.x86_64.qcow2.xz`;
    expect(await site.resolve('latest')).toEqual({
      release: 'stable',
      version: current,
      variant: 'qemu',
      snapshot: current,
      disk: [
        {
          url: new URL(`${host}prod/streams/stable/builds/${current}/x86_64/${name}`),
          fileName: name,
          layers: ['xz', 'qcow2'],
          // The content of the codec is not a disk yet, so none of these is its digest.
          proofs: proofsOf(name),
        },
      ],
      guest: { osIds: ['fedora'], user: 'core', seed: 'ignition', ssh: true },
    });
    expect(site.requests).toEqual([`GET ${stable}`]);
  });

  it('takes the raw disk for metal, and not the one of 4 KiB sectors', async () => {
    const name = `fedora-coreos-${current}-metal.x86_64.raw.xz`;
    const [disk] = (await site.resolve('stable', { variant: 'metal' })).disk;
    expect([disk?.fileName, disk?.layers]).toEqual([name, ['xz', 'raw']]);
    expect(disk?.proofs).toEqual([
      ...proofsOf(name),
      { kind: 'digest', of: 'disk', digest: `sha256:${digestOf(`${name} inside`)}`, from: stable },
    ]);
  });

  it('offers the live system for netboot, each file with its proofs', async () => {
    const image = await site.resolve('stable', { variant: 'netboot' });
    const stem = `fedora-coreos-${current}-live`;
    const folder = `${host}prod/streams/stable/builds/${current}/x86_64/`;
    expect(image.disk).toMatchObject([
      {
        fileName: `${stem}-iso.x86_64.iso`,
        layers: ['iso'],
        proofs: proofsOf(`${stem}-iso.x86_64.iso`),
      },
    ]);
    expect(image.boot).toEqual({
      kernel: {
        url: new URL(`${folder}${stem}-kernel.x86_64`),
        fileName: `${stem}-kernel.x86_64`,
        layers: [],
        proofs: proofsOf(`${stem}-kernel.x86_64`),
      },
      initrd: {
        url: new URL(`${folder}${stem}-initramfs.x86_64.img`),
        fileName: `${stem}-initramfs.x86_64.img`,
        layers: [],
        proofs: proofsOf(`${stem}-initramfs.x86_64.img`),
      },
      cmdline: `coreos.live.rootfs_url=${folder}${stem}-rootfs.x86_64.img ignition.firstboot ignition.platform.id=metal`,
    });
    expect(image.warnings).toMatchObject([{ code: 'fetched-by-guest' }]);
    expect(image.guest?.minMemoryBytes).toBe(2_147_483_648);
  });

  it.each<[string, Partial<ImageRequest>, string, string]>([
    ['testing', {}, 'testing', beta],
    ['Next', {}, 'next', '45.20260919.1.0'],
    ['stable', { snapshot: earlier }, 'stable', earlier],
    [earlier, {}, 'stable', earlier],
    ['latest', { snapshot: beta }, 'testing', beta],
    [beta, { arch: 'arm64' }, 'testing', beta],
  ])('%s %j is the build of %s, %s', async (release, more, stream, build) => {
    const image = await site.resolve(release, more);
    expect([image.release, image.version, image.snapshot]).toEqual([stream, build, build]);
    expect(image.disk[0]?.url.pathname).toContain(`/prod/streams/${stream}/builds/${build}/`);
  });

  it('requires a build to be signed by the key of the Fedora that it is based on', async () => {
    const [disk] = (await site.resolve(earlier)).disk;
    expect(disk?.proofs[0]).toMatchObject({ signature: { signers: [key43] } });
    const [old] = (
      await site.resolve(
        'stable',
        {},
        { [stable]: streamOf('stable', '33.20201201.3.0', ['x86_64']) },
      )
    ).disk;
    // No key is known: the proof fails and names the missing key.
    expect(old?.proofs[0]).toMatchObject({ signature: { signers: [] } });
  });

  it.each<[string, Partial<ImageRequest>, string, string[]]>([
    ['44', {}, 'release', ['stable', 'testing', 'next']],
    ['../x', {}, 'release', ['stable']],
    ['44.20260101.3.0', {}, 'release', ['stable']],
    ['stable', { arch: 'riscv64' }, 'arch', ['amd64', 'arm64', 'ppc64le', 's390x']],
    ['next', { arch: 's390x' }, 'arch', ['amd64', 'arm64']],
    ['stable', { variant: 'aws' }, 'variant', ['qemu', 'metal', 'netboot']],
    ['stable', { variant: 'openstack' }, 'variant', ['qemu', 'metal', 'netboot']],
    ['stable', { snapshot: '44.20260101.3.0' }, 'snapshot', [current, earlier]],
    ['stable', { snapshot: '../../x' }, 'snapshot', [current]],
    // Of another stream.
    ['stable', { snapshot: beta }, 'snapshot', [current]],
    [earlier, { snapshot: current }, 'snapshot', [earlier]],
    ['stable', { parameters: { x: 'y' } }, 'parameter', []],
  ])('%s %j is not found: %s', async (release, more, field, known) => {
    await expect(site.resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { vendor: 'fedora-coreos', field, known: expect.arrayContaining(known) },
    });
  });

  it('builds no address from a snapshot that is not a build', async () => {
    await expect(site.resolve('stable', { snapshot: '../x' })).rejects.toThrow();
    expect(site.requests).toEqual([`GET ${host}prod/streams/stable/releases.json`]);
  });

  const stream = documents[stable] ?? '';
  it.each<[string, string]>([
    ['a page', maintenancePage],
    ['no architectures', '{"stream": "stable"}'],
    ['a build that is a path', stream.replaceAll(`"${current}"`, '"../x"')],
    ['a link over plain http', stream.replaceAll('"https:', '"http:')],
    ['a missing signature', stream.replaceAll('"signature"', '"sig"')],
    [
      'a weak digest',
      stream.replaceAll(/"sha256": "\w+"/g, '"sha256": "d41d8cd98f00b204e9800998ecf8427e"'),
    ],
  ])('reports ERR_METADATA for %s in place of the stream', async (_what, text) => {
    await expect(site.resolve('stable', {}, { [stable]: text })).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(stable),
    });
  });

  it('refuses a document that names another build', async () => {
    const address = `${host}prod/streams/stable/builds/${earlier}/release.json`;
    const other = documents[address]?.replace(`"release": "${earlier}"`, `"release": "${current}"`);
    await expect(
      site.resolve('stable', { snapshot: earlier }, { [address]: other ?? '' }),
    ).rejects.toMatchObject({ code: 'ERR_METADATA', message: naming(address) });
  });

  it('refuses a document that names another stream', async () => {
    const other = documents[`${host}streams/testing.json`] ?? '';
    await expect(site.resolve('stable', {}, { [stable]: other })).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: expect.stringMatching(/stable\.json.*"testing"/),
    });
  });

  it('refuses a build of another stream', async () => {
    const address = `${host}prod/streams/stable/builds/${earlier}/release.json`;
    const other = documents[address]?.replace('"stream": "stable"', '"stream": "next"') ?? '';
    expect(other).not.toBe(documents[address]);
    for (const [release, more] of [
      ['stable', { snapshot: earlier }],
      [earlier, {}],
    ] as const) {
      await expect(site.resolve(release, more, { [address]: other })).rejects.toMatchObject({
        code: 'ERR_METADATA',
        message: expect.stringMatching(/release\.json.*"next"/),
      });
    }
  });

  it('lists its streams', async () => {
    const variants = ['qemu', 'metal', 'netboot'];
    const arches = ['amd64', 'arm64', 'ppc64le', 's390x'];
    expect(await listAll(fedoraCoreos, await site.serve(documents))).toEqual([
      { release: 'stable', version: current, aliases: ['latest'], arches, variants },
      { release: 'testing', version: beta, arches, variants },
      { release: 'next', version: '45.20260919.1.0', arches: ['amd64', 'arm64'], variants },
    ]);
  });
});
