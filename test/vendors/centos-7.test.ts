import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { centos7 } from '../../vendors/centos-7.ts';
import { folder, startCentos7, sums } from './documents/centos-7.ts';
import { naming } from './every/naming.ts';
import { ask, type Documents, listAll, maintenancePage } from './every/serve-documents.ts';
import { signedBy } from './every/signed-by.ts';

const key = '6341AB2753D78A78A7C27BB124C6A8A7F4A80EB5';
let documents: Documents;

beforeAll(async () => {
  documents = await startCentos7();
});
afterAll(() => documents.close());

describe('centos-7', () => {
  it.each([
    ['7', 'amd64', undefined, '2211', ['qcow2c', 'qcow2']],
    ['latest', 'arm64', undefined, '2009', ['qcow2c', 'qcow2']],
    ['7', 'amd64', '1801-01', '1801-01', ['qcow2c', 'qcow2', 'qcow2.xz']],
    ['7', 'amd64', '20150628_01', '20150628_01', ['qcow2', 'qcow2.xz']],
  ] as const)('%s on %s %s is %s as %j', async (release, arch, snapshot, build, forms) => {
    const image = await ask(centos7, documents, release, arch, { ...(snapshot && { snapshot }) });
    const machine = arch === 'arm64' ? 'aarch64' : 'x86_64';
    expect([image.release, image.snapshot]).toEqual(['7', build]);
    expect(image.disk.map(({ url, layers }) => [url.href, layers])).toEqual(
      forms.map((form) => [
        `${folder}CentOS-7-${machine}-GenericCloud-${build}.${form}`,
        form === 'qcow2.xz' ? ['xz', 'qcow2'] : ['qcow2'],
      ]),
    );
  });

  it('proves files by the signed list, and warns about files outside of it', async () => {
    const plain = { kind: 'checksums', url: new URL(sums), dialect: 'sums' };
    const covered = await ask(centos7, documents, '7', 'arm64');
    const signature = signedBy('inline', key);
    expect(covered.disk[0]?.proofs).toEqual([
      { ...plain, url: new URL(`${sums}.asc`), signature },
      plain,
    ]);
    expect(covered.warnings).toBeUndefined();
    const younger = await ask(centos7, documents, '7', 'amd64');
    expect(younger.disk[0]?.proofs).toEqual([plain]);
    expect(younger.warnings?.map(({ code }) => code)).toEqual(['unsigned-build']);
  });

  it('gives its firmware, its end of life and its architectures', async () => {
    const { guest } = await ask(centos7, documents, '7', 'amd64');
    const eol = '2024-06-30';
    expect(guest).toEqual({
      osIds: ['centos'],
      user: 'centos',
      seed: 'nocloud',
      ssh: true,
      firmware: ['bios'],
      eol,
    });
    expect(await listAll(centos7, documents)).toEqual([
      {
        release: '7',
        aliases: ['latest'],
        arches: ['amd64', 'arm64'],
        variants: ['genericcloud'],
        eol,
      },
    ]);
  });

  it.each([
    ['8', 'amd64', {}, 'release', ['7']],
    ['7', 's390x', {}, 'arch', ['amd64', 'arm64']],
    ['7', 'amd64', { variant: 'azure' }, 'variant', ['genericcloud']],
    ['7', 'amd64', { snapshot: '2212' }, 'snapshot', ['2211', '1801-01', '20150628_01']],
    ['7', 'amd64', { parameters: { form: 'xz' } }, 'parameter', []],
  ] as const)('%s %s %j: no such %s', async (release, arch, more, field, known) => {
    await expect(ask(centos7, documents, release, arch, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known },
    });
  });

  it('names the address of the list when a page is served in its place', async () => {
    const own = await startCentos7({ [sums]: maintenancePage });
    await expect(ask(centos7, own, '7', 'amd64')).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(sums),
    });
    await own.close();
  });
});
