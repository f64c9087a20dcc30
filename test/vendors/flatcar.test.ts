import { afterEach, describe, expect, it } from 'vitest';
import { type ImageRequest, parseChecksums, pickChecksum } from '../../src/kit.ts';
import { flatcar } from '../../vendors/flatcar.ts';
import { digestsOf, documents, folderOf, origins, versionText } from './documents/flatcar.ts';
import { naming } from './every/naming.ts';
import { listAll, maintenancePage } from './every/serve-documents.ts';
import { signedBy } from './every/signed-by.ts';
import { createVendorSite } from './every/vendor-site.ts';

const site = createVendorSite(flatcar, origins, documents);
afterEach(() => site.close());

const key = 'F88CFEDEFF29A5B4D9523864E25D9AED0593B34A';
const stable = folderOf('stable', 'amd64', '4593.2.4');
const moving = `${folderOf('stable', 'amd64', 'current')}version.txt`;

function fileAt(url: string, layers: string[]): object {
  return {
    url: new URL(url),
    fileName: url.split('/').at(-1),
    layers,
    proofs: [
      { kind: 'signature', signature: signedBy(`${url}.sig`, key) },
      { kind: 'checksums', url: new URL(`${url}.DIGESTS`), dialect: 'sums' },
    ],
  };
}

describe('flatcar', () => {
  it('answers with the folder that current points at, a signed image and its list', async () => {
    const name = 'flatcar_production_qemu_image.img';
    expect(await site.resolve('latest')).toEqual({
      release: 'stable',
      version: '4593.2.4',
      variant: 'qemu',
      snapshot: '4593.2.4',
      disk: [fileAt(`${stable}${name}`, ['qcow2'])],
      guest: { osIds: ['flatcar'], user: 'core', seed: 'ignition', ssh: true },
    });
    expect(site.requests).toEqual([`GET ${moving}`, `GET ${stable}${name}.DIGESTS`]);
  });

  it('fetches its key from the web site, which has no images', async () => {
    const [proof] = (await site.resolve('latest')).disk[0]?.proofs ?? [];
    const keys =
      proof?.kind === 'signature' && 'keys' in proof.signature ? proof.signature.keys : [];
    expect(keys.flatMap(({ urls = [] }) => urls.map(({ host }) => host))).toEqual([
      'www.flatcar.org',
    ]);
  });

  it('finds the strong digest among the weak ones of a list', () => {
    const list = parseChecksums(digestsOf('flatcar_production_qemu_image.img'));
    const { digests } = pickChecksum(list, 'flatcar_production_qemu_image.img', 'it');
    expect(digests).toEqual([expect.stringMatching(/^sha512:[0-9a-f]{128}$/)]);
  });

  it.each<[string, Partial<ImageRequest>, string, string, string]>([
    ['beta', {}, 'beta', '4628.1.0', 'flatcar_production_qemu_image.img'],
    ['LTS', {}, 'lts', '4081.3.6', 'flatcar_production_qemu_image.img'],
    ['lts-2023', {}, 'lts-2023', '3510.3.9', 'flatcar_production_qemu_image.img'],
    ['lts-2024', {}, 'lts-2024', '4081.3.6', 'flatcar_production_qemu_image.img'],
    // The file once had a codec around it.
    ['2605.12.0', {}, 'stable', '2605.12.0', 'flatcar_production_qemu_image.img.bz2'],
    [
      'stable',
      { snapshot: '2605.12.0' },
      'stable',
      '2605.12.0',
      'flatcar_production_qemu_image.img.bz2',
    ],
    ['latest', { snapshot: '4628.1.0' }, 'beta', '4628.1.0', 'flatcar_production_qemu_image.img'],
    [
      'stable',
      { variant: 'QEMU-UEFI' },
      'stable',
      '4593.2.4',
      'flatcar_production_qemu_uefi_image.img',
    ],
    ['stable', { arch: 'arm64' }, 'stable', '4593.2.4', 'flatcar_production_qemu_uefi_image.img'],
  ])('%s %j is %s %s, %s', async (asked, more, release, version, fileName) => {
    const image = await site.resolve(asked, more);
    const [disk] = image.disk;
    expect([image.release, image.version, disk?.fileName]).toEqual([release, version, fileName]);
    expect(disk?.url.pathname).toContain(`/${version}/`);
    expect(disk?.layers).toEqual(fileName.endsWith('.bz2') ? ['bz2', 'qcow2'] : ['qcow2']);
  });

  it('offers the ISO with its kernel for netboot, each file with its proofs', async () => {
    const image = await site.resolve('stable', { variant: 'netboot' });
    expect(image.disk).toEqual([fileAt(`${stable}flatcar_production_iso_image.iso`, ['iso'])]);
    expect(image.boot).toEqual({
      kernel: fileAt(`${stable}flatcar_production_pxe.vmlinuz`, []),
      // The kernel unpacks it itself.
      initrd: fileAt(`${stable}flatcar_production_pxe_image.cpio.gz`, []),
      cmdline: 'flatcar.first_boot=1',
    });
  });

  it.each<[string, Partial<ImageRequest>, string, string[]]>([
    ['edge', {}, 'release', ['stable', 'beta', 'alpha', 'lts']],
    ['../stable', {}, 'release', ['stable']],
    ['lts-1999', {}, 'release', ['stable']],
    ['9999.9.9', {}, 'release', ['stable']],
    ['stable', { arch: 'riscv64' }, 'arch', ['amd64', 'arm64']],
    ['stable', { variant: 'azure' }, 'variant', ['qemu', 'qemu-uefi', 'netboot']],
    ['stable', { arch: 'arm64', variant: 'qemu' }, 'variant', ['qemu-uefi']],
    ['stable', { arch: 'arm64', variant: 'netboot' }, 'variant', ['qemu-uefi']],
    ['stable', { snapshot: '9999.2.0' }, 'snapshot', []],
    ['stable', { snapshot: 'current' }, 'snapshot', []],
    // Of another channel.
    ['stable', { snapshot: '4628.1.0' }, 'snapshot', []],
    ['stable', { parameters: { x: 'y' } }, 'parameter', []],
  ])('%s %j is not found: %s', async (release, more, field, known) => {
    await expect(site.resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { vendor: 'flatcar', field, known: expect.arrayContaining(known) },
    });
  });

  it.each([
    ['a page', maintenancePage],
    ['no version', 'FLATCAR_BUILD=4593\n'],
    ['a version that is a path', 'FLATCAR_VERSION=../../x\n'],
  ])('reports ERR_METADATA for %s in place of version.txt', async (_what, text) => {
    await expect(site.resolve('stable', {}, { [moving]: text })).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(moving),
    });
  });

  it('refuses a folder with another version', async () => {
    const address = `${folderOf('stable', 'amd64', '2605.12.0')}version.txt`;
    await expect(
      site.resolve('2605.12.0', {}, { [address]: versionText('2605.12.1') }),
    ).rejects.toMatchObject({ code: 'ERR_METADATA' });
  });

  it('lists its channels', async () => {
    const variants = ['qemu', 'qemu-uefi', 'netboot'];
    expect(await listAll(flatcar, await site.serve(documents))).toEqual([
      {
        release: 'stable',
        version: '4593.2.4',
        aliases: ['latest'],
        arches: ['amd64', 'arm64'],
        variants,
      },
      { release: 'beta', version: '4628.1.0', arches: ['amd64'], variants },
      { release: 'lts', version: '4081.3.6', arches: ['amd64'], variants },
    ]);
  });
});
