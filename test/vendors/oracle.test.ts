import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oracle } from '../../vendors/oracle.ts';
import {
  indexOf,
  nine,
  nineOnArm,
  page,
  pageOfNine,
  startOracle,
  templates,
  ten,
} from './documents/oracle.ts';
import { naming } from './every/naming.ts';
import { ask, type Documents, listAll, maintenancePage } from './every/serve-documents.ts';

let documents: Documents;
beforeAll(async () => {
  documents = await startOracle();
});
afterAll(() => documents.close());

const index = (name: string): string => `${templates}${name}-template.json`;

describe('oracle names', () => {
  it.each([
    // requested: release, arch, snapshot; expected: the result, and the document that gives it
    [
      'latest',
      'amd64',
      undefined,
      '10.1-b291',
      'OL10/u1/x86_64/OL10U1_x86_64-kvm-b291.qcow2',
      ten,
      'ol10',
    ],
    [
      '10',
      'amd64',
      undefined,
      '10.1-b291',
      'OL10/u1/x86_64/OL10U1_x86_64-kvm-b291.qcow2',
      ten,
      'ol10',
    ],
    ['9', 'amd64', undefined, '9.8-b293', 'OL9/u8/x86_64/OL9U8_x86_64-kvm-b293.qcow2', nine, 'ol9'],
    [
      '9.8',
      'amd64',
      undefined,
      '9.8-b293',
      'OL9/u8/x86_64/OL9U8_x86_64-kvm-b293.qcow2',
      nine,
      'ol9',
    ],
    [
      'OL9U8',
      'amd64',
      '9.8-B293',
      '9.8-b293',
      'OL9/u8/x86_64/OL9U8_x86_64-kvm-b293.qcow2',
      nine,
      'ol9',
    ],
    [
      'latest',
      'amd64',
      '9.8-b293',
      '9.8-b293',
      'OL9/u8/x86_64/OL9U8_x86_64-kvm-b293.qcow2',
      nine,
      'ol9',
    ],
    [
      'latest',
      'arm64',
      undefined,
      '9.8-b182',
      'OL9/u8/aarch64/OL9U8_aarch64-kvm-cloud-b182.qcow2',
      nineOnArm,
      'ol9_aarch64-cloud',
    ],
  ] as const)('%s %s %s is %s', async (release, arch, snapshot, build, path, hex, from) => {
    const image = await ask(oracle, documents, release, arch, { ...(snapshot && { snapshot }) });
    expect([image.release, image.version, image.snapshot]).toEqual([
      build.split('.')[0],
      build.split('-')[0],
      build,
    ]);
    expect(image.disk).toEqual([
      {
        url: new URL(path, templates),
        fileName: path.split('/').at(-1),
        layers: ['qcow2'],
        proofs: [{ kind: 'digest', digest: `sha256:${hex}`, from: index(from) }],
      },
    ]);
    // Oracle Linux 10 has no image for ARM here.
    const isOlder = release === 'latest' && arch === 'arm64';
    const codes = image.warnings?.map(({ code }) => code);
    expect(codes).toEqual(isOlder ? ['older-release'] : undefined);
  });

  it('finds a release that is newer than this vendor module', async () => {
    const own = await startOracle({
      [index('ol11')]: indexOf('OL11/u0/x86_64', 'OL11U0_x86_64-kvm-b300.qcow2', '1'.repeat(64)),
    });
    expect(await ask(oracle, own, 'latest', 'amd64')).toMatchObject({ snapshot: '11.0-b300' });
    await own.close();
  });

  it.each([
    ['9.5-b253', 'amd64', 'OL9/u5/x86_64/OL9U5_x86_64-kvm-b253.qcow2'],
    ['9.0-b138', 'amd64', 'OL9/u0/x86_64/OL9U0_x86_64-kvm-b138.qcow'],
    ['9.4-b90', 'arm64', 'OL9/u4/aarch64/OL9U4_aarch64-kvm-cloud-b90.qcow2'],
    ['8.6-b2', 'arm64', 'OL8/u6/aarch64/OL8U6_aarch64-kvm-b2.qcow'],
  ] as const)(
    'finds %s on %s, which is not listed any more, with a warning',
    async (snapshot, arch, path) => {
      const image = await ask(oracle, documents, 'latest', arch, { snapshot });
      expect(image.disk).toEqual([
        {
          url: new URL(path, templates),
          fileName: path.split('/').at(-1),
          layers: ['qcow2'],
          proofs: [{ kind: 'tls', reason: expect.stringContaining(snapshot) }],
        },
      ]);
      expect(image.warnings).toMatchObject([{ code: 'unlisted-build' }]);
    },
  );
});

describe('oracle facts', () => {
  it.each([
    ['10', 'amd64', undefined, undefined],
    ['9', 'amd64', undefined, '2032-06-30'],
    ['9', 'arm64', ['uefi'], '2032-06-30'],
    ['8', 'amd64', ['bios'], '2029-07-31'],
  ] as const)('%s on %s boots with %j', async (release, arch, firmware, eol) => {
    const own = await startOracle({
      [index('ol8')]: indexOf('OL8/u10/x86_64', 'OL8U10_x86_64-kvm-b287.qcow2', '8'.repeat(64)),
    });
    const { guest } = await ask(oracle, own, release, arch);
    expect(guest).toEqual({
      osIds: ['ol'],
      user: 'cloud-user',
      seed: 'nocloud',
      ssh: true,
      ...(firmware && { firmware }),
      ...(eol && { eol }),
      minDiskBytes: 39_728_447_488,
    });
    await own.close();
  });

  it('lists the releases with an index, newest first', async () => {
    const variants = ['kvm'];
    expect(await listAll(oracle, documents)).toEqual([
      { release: '10', version: '10.1', aliases: ['latest'], arches: ['amd64'], variants },
      { release: '9', version: '9.8', arches: ['amd64', 'arm64'], variants, eol: '2032-06-30' },
    ]);
  });
});

describe('oracle without its index', () => {
  it.each([
    ['amd64', 'ol9', ''],
    ['amd64', 'ol9', maintenancePage],
    ['arm64', 'ol9_aarch64-cloud', '{"kvm":{}}'],
  ] as const)('reads the page for %s, with a warning', async (arch, name, answer) => {
    const own = await startOracle({ [index(name)]: answer, [page]: pageOfNine });
    const image = await ask(oracle, own, '9', arch);
    const hex = arch === 'amd64' ? nine : nineOnArm;
    expect(image.snapshot).toBe(arch === 'amd64' ? '9.8-b293' : '9.8-b182');
    expect(image.disk[0]?.proofs).toEqual([
      { kind: 'digest', digest: `sha256:${hex}`, from: page },
    ]);
    expect(image.warnings).toEqual([{ code: 'fallback-index', message: naming(page) }]);
    await own.close();
  });

  it('names the index when the page lists nothing either', async () => {
    const own = await startOracle({ [index('ol9')]: maintenancePage, [page]: maintenancePage });
    await expect(ask(oracle, own, '9', 'amd64')).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(index('ol9')),
    });
    await own.close();
  });

  it.each([
    ['another release', indexOf('OL9/u8/x86_64', 'OL8U8_x86_64-kvm-b293.qcow2', nine)],
    ['another architecture', indexOf('OL9/u8/x86_64', 'OL9U8_aarch64-kvm-b293.qcow2', nine)],
    ['another kind', indexOf('OL9/u8/x86_64', 'OL9U8_x86_64-olvm-b293.ova', nine)],
    ['another folder', indexOf('../../x', 'OL9U8_x86_64-kvm-b293.qcow2', nine)],
    ['a weak digest', indexOf('OL9/u8/x86_64', 'OL9U8_x86_64-kvm-b293.qcow2', 'a'.repeat(32))],
  ])('refuses an index of %s', async (_, answer) => {
    const own = await startOracle({ [index('ol9')]: answer });
    await expect(ask(oracle, own, '9', 'amd64')).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(index('ol9')),
    });
    await own.close();
  });
});

describe('oracle requests', () => {
  it('requests one index, and no image', async () => {
    const own = await startOracle();
    await ask(oracle, own, '9', 'amd64');
    expect(own.requests).toEqual([`GET ${index('ol9')}`]);
    await own.close();
  });

  it('downloads no byte of an unlisted build', async () => {
    const own = await startOracle();
    await ask(oracle, own, '9', 'amd64', { snapshot: '9.5-b253' });
    expect(own.requests.filter((request) => request.includes('.qcow'))).toEqual([
      `HEAD ${templates}OL9/u5/x86_64/OL9U5_x86_64-kvm-b253.qcow2`,
    ]);
    await own.close();
  });

  it.each([
    ['99', 'amd64', {}, 'release', ['10', '9']],
    ['nine', 'amd64', {}, 'release', ['latest']],
    ['9.7', 'amd64', {}, 'release', ['9', '9.8']],
    ['9', 'riscv64', {}, 'arch', ['amd64', 'arm64']],
    ['9', 'amd64', { variant: 'olvm' }, 'variant', ['kvm']],
    ['9', 'amd64', { snapshot: '9.8-b294' }, 'snapshot', ['9.8-b293']],
    ['9', 'amd64', { snapshot: '8.6-b2' }, 'snapshot', []],
    ['9.8', 'amd64', { snapshot: '9.5-b253' }, 'snapshot', []],
    ['9', 'amd64', { snapshot: 'b293' }, 'snapshot', []],
    ['9', 'amd64', { parameters: { build: '293' } }, 'parameter', []],
  ] as const)('%s %s %j: no such %s', async (release, arch, more, field, known) => {
    await expect(ask(oracle, documents, release, arch, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: expect.arrayContaining([...known]) },
    });
  });
});
