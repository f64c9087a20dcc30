import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alpine } from '../../../vendors/alpine.ts';
import { ask, type Documents, listAll } from '../every/serve-documents.ts';
import { signedBy } from '../every/signed-by.ts';
import { cloud, index, listFiles, startAlpine } from './site.ts';

const cloudKey = 'F26ADFADBAE702EF7AF637459DA7EF23BFFCDF22';
let site: Documents;

beforeAll(async () => {
  site = await startAlpine();
});
afterAll(() => site.close());

describe('alpine names', () => {
  it.each([
    // requested: release, arch, variant, snapshot; expected: file and snapshot
    [
      'latest',
      'amd64',
      undefined,
      undefined,
      'alpine-3.24.2-x86_64-cloudinit-r2.qcow2',
      '3.24.2-r2',
    ],
    [
      'latest',
      'arm64',
      undefined,
      undefined,
      'alpine-3.24.2-aarch64-cloudinit-r0.qcow2',
      '3.24.2-r0',
    ],
    [
      '3.24',
      'amd64',
      'cloudinit',
      undefined,
      'alpine-3.24.2-x86_64-cloudinit-r2.qcow2',
      '3.24.2-r2',
    ],
    ['v3.24', 'amd64', 'tiny', undefined, 'alpine-3.24.2-x86_64-tiny-r0.qcow2', '3.24.2-r0'],
    [
      'V3.24',
      'amd64',
      'cloudinit-metal',
      undefined,
      'alpine-3.24.2-x86_64-cloudinit-metal-r0.qcow2',
      '3.24.2-r0',
    ],
    [
      '3.24.1',
      'amd64',
      undefined,
      undefined,
      'nocloud_alpine-3.24.1-x86_64-uefi-cloudinit-r0.qcow2',
      '3.24.1-r0',
    ],
    [
      'v3.24.1',
      'arm64',
      undefined,
      undefined,
      'nocloud_alpine-3.24.1-aarch64-uefi-cloudinit-r0.qcow2',
      '3.24.1-r0',
    ],
    [
      '3.24.1',
      'amd64',
      'tiny-bios',
      undefined,
      'nocloud_alpine-3.24.1-x86_64-bios-tiny-r0.qcow2',
      '3.24.1-r0',
    ],
    [
      '3.24.1',
      'amd64',
      'bios-cloudinit',
      undefined,
      'nocloud_alpine-3.24.1-x86_64-bios-cloudinit-r0.qcow2',
      '3.24.1-r0',
    ],
    [
      '3.24.1',
      'amd64',
      'uefi-cloudinit-metal',
      undefined,
      'nocloud_alpine-3.24.1-x86_64-uefi-cloudinit-metal-r0.qcow2',
      '3.24.1-r0',
    ],
    [
      '3.24.0',
      'amd64',
      undefined,
      undefined,
      'nocloud_alpine-3.24.0-x86_64-uefi-cloudinit-r0.qcow2',
      '3.24.0-r0',
    ],
    [
      '3.24.0_rc1',
      'amd64',
      undefined,
      undefined,
      'nocloud_alpine-3.24.0_rc1-x86_64-uefi-cloudinit-r0.qcow2',
      '3.24.0_rc1-r0',
    ],
    [
      '3.24',
      'amd64',
      undefined,
      '3.24.2-r0',
      'alpine-3.24.2-x86_64-cloudinit-r0.qcow2',
      '3.24.2-r0',
    ],
    [
      '3.24',
      'amd64',
      undefined,
      '3.24.1-R0',
      'nocloud_alpine-3.24.1-x86_64-uefi-cloudinit-r0.qcow2',
      '3.24.1-r0',
    ],
    [
      'latest',
      'amd64',
      undefined,
      '3.23.2-r0',
      'nocloud_alpine-3.23.2-x86_64-uefi-cloudinit-r0.qcow2',
      '3.23.2-r0',
    ],
    // The index names 3.23.6, the folder ends at 3.23.4.
    [
      '3.23',
      'amd64',
      undefined,
      undefined,
      'nocloud_alpine-3.23.4-x86_64-uefi-cloudinit-r0.qcow2',
      '3.23.4-r0',
    ],
  ] as const)(
    '%s %s %s @%s is %s',
    async (release, arch, variant, snapshot, fileName, answered) => {
      const resolution = await ask(alpine, site, release, arch, {
        ...(variant !== undefined && { variant }),
        ...(snapshot !== undefined && { snapshot }),
      });
      const [disk] = resolution.disk;
      const branch = answered.slice(0, 4);
      expect(disk?.fileName).toBe(fileName);
      expect(disk?.url.href).toBe(cloud(branch) + fileName);
      expect(disk?.layers).toEqual(['qcow2']);
      expect(disk?.proofs).toEqual([
        { kind: 'signature', signature: signedBy(`${cloud(branch)}${fileName}.asc`, cloudKey) },
        { kind: 'checksums', url: new URL(`${cloud(branch)}${fileName}.sha512`) },
      ]);
      expect(resolution.snapshot).toBe(answered);
      expect([resolution.release, resolution.version]).toEqual([
        branch,
        answered.replace(/-r\d+$/, ''),
      ]);
      expect(resolution.warnings).toBeUndefined();
    },
  );

  it.each([
    // the listed files; the file for 3.10
    [
      [
        'alpine-3.10.0-x86_64-cloudinit-r0.qcow2',
        'alpine-3.10.9-x86_64-cloudinit-r0.qcow2',
        'alpine-3.10.10-x86_64-cloudinit-r0.qcow2',
      ],
      'alpine-3.10.10-x86_64-cloudinit-r0.qcow2',
    ],
    [
      ['alpine-3.10.0-x86_64-cloudinit-r9.qcow2', 'alpine-3.10.0-x86_64-cloudinit-r10.qcow2'],
      'alpine-3.10.0-x86_64-cloudinit-r10.qcow2',
    ],
    // the version is compared before the scheme, the scheme before the build
    [
      [
        'alpine-3.10.1-x86_64-cloudinit-r5.qcow2',
        'nocloud_alpine-3.10.2-x86_64-uefi-cloudinit-r0.qcow2',
      ],
      'nocloud_alpine-3.10.2-x86_64-uefi-cloudinit-r0.qcow2',
    ],
    [
      [
        'nocloud_alpine-3.10.2-x86_64-uefi-cloudinit-r3.qcow2',
        'alpine-3.10.2-x86_64-cloudinit-r0.qcow2',
      ],
      'alpine-3.10.2-x86_64-cloudinit-r0.qcow2',
    ],
    [
      [
        'generic_alpine-3.10.2-x86_64-uefi-cloudinit-r1.qcow2',
        'nocloud_alpine-3.10.2-x86_64-uefi-cloudinit-r1.qcow2',
      ],
      'nocloud_alpine-3.10.2-x86_64-uefi-cloudinit-r1.qcow2',
    ],
    [
      ['generic_alpine-3.10.2-x86_64-uefi-cloudinit-r0.qcow2'],
      'generic_alpine-3.10.2-x86_64-uefi-cloudinit-r0.qcow2',
    ],
    // a release candidate must be named
    [
      ['alpine-3.10.1-x86_64-cloudinit-r0.qcow2', 'alpine-3.10.2_rc3-x86_64-cloudinit-r0.qcow2'],
      'alpine-3.10.1-x86_64-cloudinit-r0.qcow2',
    ],
    // files to ignore: other clouds, sidecars, a longer version, another system as prefix
    [
      [
        'aws_alpine-3.10.9-x86_64-uefi-cloudinit-r0.qcow2',
        'alpine-3.10.9-x86_64-cloudinit-r0.qcow2.asc',
        'alpine-3.10.9-x86_64-cloudinit-r0.raw.tar.gz',
        'xalpine-3.10.9-x86_64-cloudinit-r0.qcow2',
        'alpine-3.10.1-x86_64-cloudinit-r0.qcow2',
      ],
      'alpine-3.10.1-x86_64-cloudinit-r0.qcow2',
    ],
  ])('picks from %j', async (names, fileName) => {
    const own = await startAlpine();
    own.put(cloud('3.10'), listFiles(names));
    const resolution = await ask(alpine, own, '3.10', 'amd64');
    expect(resolution.disk[0]?.fileName).toBe(fileName);
    await own.close();
  });

  it('takes 3.10 as newer than 3.9, in any order of the index', async () => {
    const own = await startAlpine();
    own.put(
      index,
      JSON.stringify({
        latest_stable: 'v3.10',
        release_branches: [
          { rel_branch: 'v3.9' },
          { rel_branch: 'v3.10' },
          { rel_branch: 'v3.11' },
        ],
      }),
    );
    own.put(cloud('3.9'), listFiles(['alpine-3.9.6-x86_64-cloudinit-r0.qcow2']));
    own.put(cloud('3.10'), listFiles(['alpine-3.10.2-x86_64-cloudinit-r0.qcow2']));
    own.put(cloud('3.11'), listFiles(['alpine-3.11.0-x86_64-cloudinit-r0.qcow2']));
    expect((await ask(alpine, own, 'latest', 'amd64')).version).toBe('3.10.2');
    expect((await listAll(alpine, own)).map(({ release }) => release)).toEqual(['3.10', '3.9']);
    await own.close();
  });
});
