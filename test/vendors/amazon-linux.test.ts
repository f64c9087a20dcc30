import { afterEach, describe, expect, it } from 'vitest';
import { amazonLinux } from '../../vendors/amazon-linux.ts';
import { base, documents, latest, newest, older, origin, sums } from './documents/amazon-linux.ts';
import { naming } from './every/naming.ts';
import { listAll, maintenancePage } from './every/serve-documents.ts';
import { createVendorSite } from './every/vendor-site.ts';

const site = createVendorSite(amazonLinux, [origin], documents);
afterEach(() => site.close());

describe('amazon-linux', () => {
  it.each([
    ['latest', {}, newest, 'kvm', 'kernel-6.1-x86_64', latest],
    ['2023', { variant: 'kernel-6.12' }, newest, 'kvm', 'kernel-6.12-x86_64', latest],
    [
      'AL2023',
      { arch: 'arm64' },
      '2023.9.20261102.1',
      'kvm-arm64',
      'kernel-6.1-arm64',
      `${base}latest/kvm-arm64/SHA256SUMS`,
    ],
    [older, {}, older, 'kvm', 'kernel-6.1-x86_64', `${base}${older}/kvm/SHA256SUMS`],
    [
      '2023',
      { snapshot: older },
      older,
      'kvm',
      'kernel-6.1-x86_64',
      `${base}${older}/kvm/SHA256SUMS`,
    ],
  ] as const)(
    '%s %j is %s, at a permanent address',
    async (release, more, version, folder, kind, asked) => {
      const image = await site.resolve(release, more);
      const fileName = `al2023-kvm-${version}-${kind}.xfs.gpt.qcow2`;
      expect(image).toMatchObject({ release: '2023', version, snapshot: version });
      expect(image.disk).toEqual([
        {
          url: new URL(`${base}${version}/${folder}/${fileName}`),
          fileName,
          layers: ['qcow2'],
          proofs: [
            {
              kind: 'checksums',
              url: new URL(`${base}${version}/${folder}/SHA256SUMS`),
              dialect: 'sums',
            },
          ],
        },
      ]);
      expect(site.requests).toEqual([`GET ${asked}`]);
    },
  );

  it('gives the facts of the guest', async () => {
    expect((await site.resolve('2023', { arch: 'arm64' })).guest).toEqual({
      osIds: ['amzn'],
      user: 'ec2-user',
      seed: 'nocloud',
      ssh: true,
      firmware: ['uefi'],
      minDiskBytes: 26_843_545_600,
    });
  });

  it.each([
    ['2', {}, 'release', ['2023']],
    ['2023.9', {}, 'release', ['2023']],
    ['2023', { arch: 'riscv64' }, 'arch', ['amd64', 'arm64']],
    ['2023', { variant: 'kernel-6' }, 'variant', ['kernel-6.12', 'kernel-6.1']],
    ['2023', { snapshot: '2023.9.20260101.0' }, 'snapshot', []],
    ['2023', { snapshot: '../../evil' }, 'snapshot', []],
    [older, { snapshot: newest }, 'snapshot', [older]],
    ['2023', { parameters: { a: 'b' } }, 'parameter', []],
  ] as const)('%s %j: no such %s', async (release, more, field, known) => {
    await expect(site.resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: [...known] },
    });
  });

  it.each([maintenancePage, sums('2.0.20241010.0', 'x86_64', '6.1')])(
    'reports bad metadata for another page',
    async (page) => {
      await expect(site.resolve('2023', {}, { [latest]: page })).rejects.toMatchObject({
        code: 'ERR_METADATA',
        message: naming(latest),
      });
    },
  );

  it('lists the newest version', async () => {
    expect(await listAll(amazonLinux, await site.serve(documents))).toEqual([
      {
        release: '2023',
        version: newest,
        aliases: ['latest'],
        arches: ['amd64', 'arm64'],
        variants: ['kernel-6.1', 'kernel-6.12'],
      },
    ]);
  });
});
