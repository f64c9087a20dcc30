import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { centosStream } from '../../vendors/centos-stream.ts';
import { site, startCentos, sumsOf } from './documents/centos-stream.ts';
import { naming } from './every/naming.ts';
import { ask, type Documents, listAll, maintenancePage } from './every/serve-documents.ts';

let documents: Documents;
beforeAll(async () => {
  documents = await startCentos();
});
afterAll(() => documents.close());

describe('centos-stream names', () => {
  it.each([
    // requested: release, arch, more; expected: build and file
    ['10', 'amd64', {}, '20261005.10', 'GenericCloud-10-20261005.10.x86_64'],
    ['10-stream', 'amd64', {}, '20261005.10', 'GenericCloud-10-20261005.10.x86_64'],
    ['Stream10', 'arm64', {}, '20261005.10', 'GenericCloud-10-20261005.10.aarch64'],
    ['9', 'arm64', {}, '20260714.1', 'GenericCloud-9-20260714.1.aarch64'],
    ['8', 'amd64', {}, '20201217.0', 'GenericCloud-8-20201217.0.x86_64'],
    ['10', 'amd64', { snapshot: '20261005.9' }, '20261005.9', 'GenericCloud-10-20261005.9.x86_64'],
    ['10', 'amd64', { snapshot: '20261005' }, '20261005.10', 'GenericCloud-10-20261005.10.x86_64'],
    [
      '10',
      'amd64',
      { variant: 'genericcloud-uefi' },
      '20260930.0',
      'GenericCloud-x86_64-10-20260930.0.x86_64',
    ],
    [
      '10',
      'amd64',
      { variant: 'GenericCloud-x86_64', snapshot: '20260930' },
      '20260930.0',
      'GenericCloud-x86_64-10-20260930.0.x86_64',
    ],
  ] as const)('%s %s %j is %s', async (release, arch, more, build, stem) => {
    const image = await ask(centosStream, documents, release, arch, more);
    const fileName = `CentOS-Stream-${stem}.qcow2`;
    const sums = new URL(sumsOf(image.release, stem.split('.').at(-1) ?? ''));
    const [disk] = image.disk;
    expect([image.snapshot, disk?.fileName]).toEqual([build, fileName]);
    expect(disk?.url).toEqual(new URL(fileName, sums));
    expect(disk?.proofs).toEqual([{ kind: 'checksums', url: sums, dialect: 'sums' }]);
    expect(disk?.layers).toEqual(['qcow2']);
  });

  it('takes the newest stream that has an image, and warns about the one without', async () => {
    const image = await ask(centosStream, documents, 'latest', 'amd64');
    expect([image.release, image.snapshot]).toEqual(['10', '20261005.10']);
    expect(image.warnings).toEqual([{ code: 'older-release', message: naming('11') }]);
  });

  it('reads sizes in bytes, and ignores sizes in blocks', async () => {
    const ten = await ask(centosStream, documents, '10', 'amd64');
    const eight = await ask(centosStream, documents, '8', 'amd64');
    expect([ten.disk[0]?.sizeBytes, eight.disk[0]?.sizeBytes]).toEqual([1_031_929_856, undefined]);
  });
});

describe('centos-stream facts', () => {
  it.each([
    ['10', 'amd64', 'genericcloud', 'cloud-user', ['bios'], '2030-05-31'],
    ['10', 'amd64', 'genericcloud-uefi', 'cloud-user', ['uefi'], '2030-05-31'],
    ['9', 'arm64', 'genericcloud', 'cloud-user', ['uefi'], '2027-05-31'],
    ['8', 'amd64', 'genericcloud', 'centos', ['bios'], '2024-05-31'],
  ] as const)('%s %s %s: %s, %j', async (release, arch, variant, user, firmware, eol) => {
    const { guest } = await ask(centosStream, documents, release, arch, { variant });
    expect(guest).toEqual({
      osIds: ['centos'],
      user,
      seed: 'nocloud',
      ssh: true,
      firmware,
      eol,
      minDiskBytes: 10_737_418_240,
      minMemoryBytes: 536_870_912,
    });
  });

  it('lists the architectures and variants of its streams, newest first', async () => {
    const both = ['genericcloud', 'genericcloud-uefi'];
    expect(await listAll(centosStream, documents)).toEqual([
      {
        release: '10',
        aliases: ['latest'],
        arches: ['amd64', 'arm64'],
        variants: both,
        eol: '2030-05-31',
      },
      { release: '9', arches: ['arm64'], variants: ['genericcloud'], eol: '2027-05-31' },
      { release: '8', arches: ['amd64'], variants: ['genericcloud'], eol: '2024-05-31' },
    ]);
  });
});

describe('centos-stream requests', () => {
  it('requests one list, and no image', async () => {
    const own = await startCentos();
    await ask(centosStream, own, '10', 'amd64');
    expect(own.requests).toEqual([`GET ${sumsOf('10', 'x86_64')}`]);
    await own.close();
  });

  it('sends a user agent, because the host answers 403 without one', async () => {
    const own = await startCentos();
    own.put(site, (request, response) => {
      response.statusCode = request.headers['user-agent'] ? 503 : 403;
      response.end();
    });
    await expect(ask(centosStream, own, 'latest', 'amd64')).rejects.toMatchObject({
      code: 'ERR_HTTP_STATUS',
      details: { status: 503 },
    });
    await own.close();
  });

  it.each([
    ['12', 'amd64', {}, 'release', '11'],
    ['twelve', 'amd64', {}, 'release', '10'],
    ['9', 'amd64', {}, 'arch', 'arm64'],
    ['10', 'riscv64', {}, 'arch', 'amd64'],
    ['10', 'arm64', { variant: 'container' }, 'variant', 'genericcloud'],
    ['9', 'arm64', { variant: 'genericcloud-uefi' }, 'variant', 'genericcloud'],
    ['10', 'amd64', { snapshot: '20261005.1' }, 'snapshot', '20261005.10'],
    ['10', 'amd64', { snapshot: '2026' }, 'snapshot', '20261005.10'],
    ['10', 'amd64', { snapshot: 'latest' }, 'snapshot', '20261005.10'],
    ['10', 'amd64', { parameters: { flavour: 'x' } }, 'parameter', undefined],
  ] as const)('%s %s %j: no such %s', async (release, arch, more, field, known) => {
    const asked = ask(centosStream, documents, release, arch, more);
    await expect(asked).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: known === undefined ? [] : expect.arrayContaining([known]) },
    });
  });

  it.each([
    ['latest', site],
    ['10', sumsOf('10', 'x86_64')],
  ])('%s names the address of a page that is not an index', async (release, address) => {
    const own = await startCentos();
    own.put(address, maintenancePage);
    await expect(ask(centosStream, own, release, 'amd64')).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(address),
    });
    await own.close();
  });
});
