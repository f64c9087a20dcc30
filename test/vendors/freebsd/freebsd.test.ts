import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freebsd } from '../../../vendors/freebsd.ts';
import { ask, type Documents, listAll, maintenancePage } from '../every/serve-documents.ts';
import { current, listing, percival, signedListOf, signedProofs, start } from './site.ts';

let site: Documents;

beforeAll(async () => {
  site = await start();
});
afterAll(() => site.close());

describe('freebsd names', () => {
  it.each([
    // requested: release, arch, variant; expected: folder and start of the name
    ['latest', 'amd64', undefined, '15.1-RELEASE/amd64', '15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs'],
    [
      'latest',
      'arm64',
      undefined,
      '15.1-RELEASE/aarch64',
      '15.1-RELEASE-arm64-aarch64-BASIC-CLOUDINIT-ufs',
    ],
    ['15', 'amd64', 'cloudinit', '15.1-RELEASE/amd64', '15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs'],
    [
      '15.1',
      'amd64',
      'cloudinit-zfs',
      '15.1-RELEASE/amd64',
      '15.1-RELEASE-amd64-BASIC-CLOUDINIT-zfs',
    ],
    ['15.1-RELEASE', 'amd64', 'ufs', '15.1-RELEASE/amd64', '15.1-RELEASE-amd64-ufs'],
    ['15.1-release', 'arm64', 'zfs', '15.1-RELEASE/aarch64', '15.1-RELEASE-arm64-aarch64-zfs'],
    ['15.1', 'riscv64', 'plain', '15.1-RELEASE/riscv64', '15.1-RELEASE-riscv-riscv64-ufs'],
    ['14', 'amd64', undefined, '14.4-RELEASE/amd64', '14.4-RELEASE-amd64-BASIC-CLOUDINIT-ufs'],
  ] as const)('%s %s %s is in %s', async (release, arch, variant, folder, stem) => {
    const resolution = await ask(freebsd, site, release, arch, {
      ...(variant !== undefined && { variant }),
    });
    const version = stem.slice(0, 4);
    const base = `${current}${folder}/Latest/`;
    const archived = `http://ftp-archive.freebsd.org/pub/FreeBSD-Archive/old-releases/VM-IMAGES/${folder}/Latest/`;
    const [of = ''] = /^[\d.]+-RELEASE-[a-z0-9]+(?:-(?:aarch64|riscv64))?/.exec(stem) ?? [];
    const proofs = [
      ...signedProofs(of, percival),
      { kind: 'checksums', url: new URL(`${base}CHECKSUM.SHA256`) },
    ];
    expect(resolution.disk).toEqual([
      {
        url: new URL(`${base}FreeBSD-${stem}.raw.xz`),
        archives: [new URL(`${archived}FreeBSD-${stem}.raw.xz`)],
        fileName: `FreeBSD-${stem}.raw.xz`,
        layers: ['xz', 'raw'],
        proofs,
      },
      {
        url: new URL(`${base}FreeBSD-${stem}.qcow2.xz`),
        archives: [new URL(`${archived}FreeBSD-${stem}.qcow2.xz`)],
        fileName: `FreeBSD-${stem}.qcow2.xz`,
        layers: ['xz', 'qcow2'],
        proofs,
      },
    ]);
    expect([resolution.release, resolution.version]).toEqual([version, version]);
    expect(resolution.snapshot).toBe(`${version}-release`);
  });

  it.each([
    ['latest', ['9.3-RELEASE/', '10.4-RELEASE/'], '10.4'],
    ['latest', ['14.9-RELEASE/', '14.10-RELEASE/', '14.11-RC1/'], '14.10'],
    ['1', ['14.4-RELEASE/', '1.0-RELEASE/'], '1.0'],
    ['14.1', ['14.10-RELEASE/', '14.1-RELEASE/'], '14.1'],
  ])('%s of %j is %s', async (release, names, version) => {
    const own = await start();
    own.put(current, listing(names));
    own.put(
      `${current}${version}-RELEASE/amd64/Latest/`,
      listing([`FreeBSD-${version}-RELEASE-amd64.raw.xz`]),
    );
    const resolution = await ask(freebsd, own, release, 'amd64', { variant: 'ufs' });
    expect(resolution.version).toBe(version);
    await own.close();
  });

  it.each([
    ['15.1', '15.1-RELEASE'],
    ['15', '15.1-release'],
    ['latest', '14.4-Release'],
  ])('%s takes the snapshot %s', async (release, snapshot) => {
    const resolution = await ask(freebsd, site, release, 'amd64', { snapshot });
    expect(resolution.snapshot).toBe(snapshot.toLowerCase());
  });

  it('ignores images of other kinds', async () => {
    const own = await start();
    const names = [
      'FreeBSD-15.1-RELEASE-amd64-BASIC-CI-ufs.raw.xz',
      'FreeBSD-15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs.raw.xz.asc',
      'FreeBSD-15.1-RELEASE-amd64-BASIC-CLOUDINIT-zfs.vmdk.xz',
      'FreeBSD-15.1-RELEASE-arm64-aarch64-ufs.raw.xz',
      'FreeBSD-15.0-RELEASE-amd64-ufs.raw.xz',
      'FreeBSD-15.1-RELEASE-amd64-zfs.raw.xz',
    ];
    own.put(`${current}15.1-RELEASE/amd64/Latest/`, listing(names));
    await expect(ask(freebsd, own, '15.1', 'amd64', { variant: 'ufs' })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field: 'variant', known: ['zfs'] },
    });
    await own.close();
  });
});

describe('freebsd facts', () => {
  it('warns of the published password of cloud-init images, and only of those', async () => {
    const cloud = await ask(freebsd, site, '15.1', 'amd64');
    expect(cloud.warnings?.map(({ code }) => code)).toEqual(['default-password']);
    expect(cloud.guest).toEqual({
      user: 'freebsd',
      seed: 'nocloud',
      ssh: true,
      firmware: ['bios', 'uefi'],
      eol: '2027-03-31',
    });
    const plain = await ask(freebsd, site, '15.1', 'arm64', { variant: 'ufs' });
    expect(plain.warnings).toBeUndefined();
    expect(plain.guest).toEqual({
      user: 'root',
      seed: 'none',
      ssh: false,
      firmware: ['uefi'],
      eol: '2027-03-31',
    });
  });

  it.each([
    ['11.4', ['bios']],
    ['12.0', ['bios', 'uefi']],
  ])('%s boots with %j', async (version, firmware) => {
    const own = await start();
    own.put(current, listing([`${version}-RELEASE/`]));
    own.put(
      `${current}${version}-RELEASE/amd64/Latest/`,
      listing([`FreeBSD-${version}-RELEASE-amd64.raw.xz`]),
    );
    const resolution = await ask(freebsd, own, version, 'amd64', { variant: 'ufs' });
    expect(resolution.guest?.firmware).toEqual(firmware);
    await own.close();
  });

  it('lists releases with their architectures and variants, newest first', async () => {
    const variants = ['cloudinit-ufs', 'cloudinit-zfs', 'ufs', 'zfs'];
    expect(await listAll(freebsd, site)).toEqual([
      {
        release: '15.1',
        version: '15.1',
        aliases: ['latest'],
        arches: ['amd64', 'arm64', 'riscv64'],
        variants,
        eol: '2027-03-31',
      },
      {
        release: '14.4',
        version: '14.4',
        arches: ['amd64', 'arm64', 'riscv64', '386'],
        variants,
        eol: '2026-12-31',
      },
    ]);
  });

  it.each([
    ['14.2', '2025-09-30'],
    ['14.4', '2026-12-31'],
  ])('warns that support of %s ends, or ended, on %s', async (version, eol) => {
    const own = await start();
    const folder = `${version}-RELEASE/`;
    const file = `FreeBSD-${version}-RELEASE-amd64.raw.xz`;
    own.put(current, listing([folder]));
    own.put(`${current}${folder}`, listing(['amd64/']));
    own.put(`${current}${folder}amd64/Latest/`, listing([file]));
    const { guest } = await ask(freebsd, own, version, 'amd64', { variant: 'ufs' });
    expect(guest?.eol).toBe(eol);
    expect(await listAll(freebsd, own)).toMatchObject([{ release: version, eol }]);
    await own.close();
  });

  it('does not depend on the clock', async () => {
    const request = { vendor: 'freebsd', release: 'latest', arch: 'amd64' } as const;
    const early = await freebsd.resolve(request, site.at('1999-01-01T00:00:00Z'));
    expect(await freebsd.resolve(request, site.at('2099-01-01T00:00:00Z'))).toEqual(early);
  });
});

describe('freebsd requests', () => {
  it('requests two folders and the signed list, and no image', async () => {
    const own = await start();
    await ask(freebsd, own, 'latest', 'amd64');
    expect(own.requests).toEqual([
      `GET ${current}`,
      `GET ${current}15.1-RELEASE/amd64/Latest/`,
      `GET ${signedListOf('15.1-RELEASE-amd64')}`,
    ]);
    await own.close();
  });

  it.each([
    ['99.0', 'amd64', {}, 'release', '15.1'],
    ['13', 'amd64', {}, 'release', '14.4'],
    ['15.1-RC2', 'amd64', {}, 'release', '15.1'],
    ['current', 'amd64', {}, 'release', '15.1'],
    ['15.1', '386', {}, 'arch', 'riscv64'],
    ['15.1', 's390x', {}, 'arch', 'amd64'],
    ['15.1', 'amd64', { variant: 'ci' }, 'variant', 'cloudinit-zfs'],
    ['15.1', 'riscv64', {}, 'variant', 'ufs'],
    ['15.1', 'amd64', { snapshot: '15.0-release' }, 'snapshot', '15.1-release'],
    ['15', 'amd64', { snapshot: '20260616' }, 'snapshot', '15.1-release'],
  ] as const)('%s %s %j is not found', async (release, arch, more, field, known) => {
    await expect(ask(freebsd, site, release, arch, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { vendor: 'freebsd', field, known: expect.arrayContaining([known]) },
    });
  });

  it.each([
    ['the releases', current, maintenancePage],
    ['the images', `${current}15.1-RELEASE/amd64/Latest/`, maintenancePage],
    ['releases, but none in it', current, listing(['README.txt'])],
    ['images, but none in it', `${current}15.1-RELEASE/amd64/Latest/`, listing(['README.txt'])],
  ])('reports ERR_METADATA for a page in place of %s', async (_what, address, page) => {
    const own = await start();
    own.put(address, page);
    await expect(ask(freebsd, own, 'latest', 'amd64')).rejects.toMatchObject({
      code: 'ERR_METADATA',
    });
    await own.close();
  });
});
