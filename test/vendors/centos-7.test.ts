import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpenpgpSigner } from '../../src/testing/openpgp-signer.ts';
import { centos7 } from '../../vendors/centos-7.ts';
import {
  ask,
  type Documents,
  listAll,
  maintenancePage,
  serveDocuments,
} from './serve-documents.ts';
import { signedBy } from './signed-by.ts';

const folder = 'https://cloud.centos.org/centos/7/images/';
const sums = `${folder}sha256sum.txt`;
const key = '6341AB2753D78A78A7C27BB124C6A8A7F4A80EB5';
const names = [
  'CentOS-7-aarch64-GenericCloud-2009.qcow2',
  'CentOS-7-aarch64-GenericCloud-2009.qcow2c',
  'CentOS-7-x86_64-GenericCloud-20150628_01.qcow2',
  'CentOS-7-x86_64-GenericCloud-20150628_01.qcow2.xz',
  'CentOS-7-x86_64-GenericCloud-1801-01.qcow2',
  'CentOS-7-x86_64-GenericCloud-1801-01.qcow2c',
  'CentOS-7-x86_64-GenericCloud-1801-01.qcow2.xz',
  'CentOS-7-x86_64-GenericCloud-1801-01.raw.tar.gz',
  'CentOS-7-x86_64-GenericCloud-2211.qcow2',
  'CentOS-7-x86_64-GenericCloud-2211.qcow2c',
  'CentOS-7-x86_64-Azure-2212.qcow2',
  'CentOS-7-x86_64-GenericCloud.qcow2',
];
const list = (files: string[]): string =>
  files.map((name, index) => `${String(index + 10).repeat(32)}  ${name}\n`).join('');
const old = list(names.filter((name) => !name.includes('2211')));
const signer = createOpenpgpSigner();
let documents: Documents;

function start(more: Record<string, string> = {}): Promise<Documents> {
  return serveDocuments(['https://cloud.centos.org/'], {
    [sums]: list(names),
    [`${sums}.asc`]: signer.clearsign(old),
    ...more,
  });
}
beforeAll(async () => {
  documents = await start();
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

  it('has the signed list vouch for what it names, and says where it does not', async () => {
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

  it('says what it boots with, that it is over, and which architectures there are', async () => {
    const { guest } = await ask(centos7, documents, '7', 'amd64');
    const eol = '2024-06-30';
    expect(guest).toEqual({ user: 'centos', seed: 'nocloud', ssh: true, firmware: ['bios'], eol });
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

  it.each([sums, `${sums}.asc`])('names %s when it is a page', async (address) => {
    const own = await start({ [address]: maintenancePage });
    await expect(ask(centos7, own, '7', 'amd64')).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: expect.stringContaining(address),
    });
    await own.close();
  });
});
