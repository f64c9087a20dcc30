import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRootdisk, type Parts, type Rootdisk } from '../../src/core.ts';
import { builtIns } from '../../src/index.ts';
import { type Format, tls, type Vendor } from '../../src/kit.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-answers-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = {
  url: new URL('https://images.odd.example/a'),
  fileName: 'a',
  layers: ['xz', 'raw'],
  proofs: [tls('none')],
};
const good = { release: '1', variant: 'default', snapshot: '1', disk: [file] };
const site = 'https://images.odd.example/';

/** A vendor in plain JavaScript. */
function plain(more: object): Vendor {
  const vendor: unknown = { id: 'odd', title: 'Odd OS', apiVersion: 1, ...more };
  return vendor as Vendor;
}

function resolveAnswer(answer: object, formats: Parts['formats'] = builtIns.formats) {
  const vendors = [plain({ resolve: async () => answer })];
  const { resolveImage } = createRootdisk({ ...builtIns, formats, vendors });
  return resolveImage('odd:1', { cacheDir: folder });
}

const broken = (fault: string, method = 'resolve') => ({
  code: 'ERR_PLUGIN',
  message: `odd.${method}() gave an answer that breaks its contract: ${fault}`,
  details: { plugin: 'odd', method },
});

describe('a misspelt field of an answer is an error with the right name', () => {
  const checksums = { kind: 'checksums', url: new URL('SUMS', site) };
  const signed = { form: 'openpgp', at: 'inline', signers: ['AB'], keys: [] };
  const key = { fingerprint: 'AB', url: [new URL(site)] };
  test.each<[string, object, string]>([
    ['of the answer', { ...good, gest: {} }, ' has an unknown field "gest"; did you mean guest?'],
    [
      'that is required',
      { ...good, snapshot: undefined, snaphsot: '1' },
      ' has an unknown field "snaphsot"; did you mean snapshot?',
    ],
    [
      'of a file',
      { ...good, disk: [{ ...file, sizeByte: 5 }] },
      '.disk[0] has an unknown field "sizeByte"; did you mean sizeBytes?',
    ],
    [
      'of a proof',
      { ...good, disk: [{ ...file, proofs: [{ ...checksums, dialekt: 'sums' }] }] },
      '.disk[0].proofs[0] has an unknown field "dialekt"; did you mean dialect?',
    ],
    [
      'of a key',
      {
        ...good,
        disk: [{ ...file, proofs: [{ ...checksums, signature: { ...signed, keys: [key] } }] }],
      },
      '.disk[0].proofs[0].signature.keys[0] has an unknown field "url"; did you mean urls?',
    ],
    [
      'of a new kind of proof',
      { ...good, disk: [{ ...file, proofs: [{ kind: 'receipt', ofers: 'signed' }] }] },
      '.disk[0].proofs[0] has an unknown field "ofers"; did you mean offers?',
    ],
    [
      'of the guest',
      { ...good, guest: { firmwares: ['uefi'] } },
      '.guest has an unknown field "firmwares"; did you mean firmware?',
    ],
  ])('%s', async (_title, answer, fault) => {
    await expect(resolveAnswer(answer)).rejects.toMatchObject(broken(fault));
  });

  test('a field that resembles no other is ignored', async () => {
    const answer = { ...good, colour: 'blue', disk: [{ ...file, notes: 'none' }] };
    expect((await resolveAnswer(answer)).identity.snapshot).toBe('1');
  });

  test('a line of the list', async () => {
    const line = { release: '1', arches: ['amd64'], variants: ['default'], alias: ['one'] };
    const vendors = [
      plain({
        resolve: async () => good,
        async *list() {
          yield line;
        },
      }),
    ];
    const { listImages } = createRootdisk({ vendors });
    const fault = ' has an unknown field "alias"; did you mean aliases?';
    const listed = collect(listImages('odd', { cacheDir: folder }));
    await expect(listed).rejects.toMatchObject(broken(fault, 'list'));
  });
});

describe('layers are in order, outermost first', () => {
  const order = (layers: string) =>
    `is a disk and cannot hold another layer; layers go outermost first, found ${layers}`;

  test('of a disk', async () => {
    const answer = { ...good, disk: [file, { ...file, layers: ['raw', 'xz'] }] };
    const fault = `the layers of a: raw ${order('raw, xz')}`;
    await expect(resolveAnswer(answer)).rejects.toMatchObject(broken(fault));
  });

  test('of a kernel', async () => {
    const kernel = { ...file, fileName: 'vmlinuz', layers: ['raw', 'gzip'] };
    const fault = `the layers of vmlinuz: raw ${order('raw, gzip')}`;
    await expect(resolveAnswer({ ...good, boot: { kernel } })).rejects.toMatchObject(broken(fault));
  });

  test('by the given formats, including those of plug-ins', async () => {
    const own: Format = { kind: 'disk', id: 'own', detect: () => false, open: async () => never() };
    const answer = { ...good, disk: [{ ...file, layers: ['own', 'raw'] }] };
    const call = resolveAnswer(answer, [...builtIns.formats, own]);
    await expect(call).rejects.toMatchObject(broken(`the layers of a: own ${order('own, raw')}`));
  });
});

test('a vendor that cannot list is named, with those that can', async () => {
  const resolve = async () => good;
  const able = plain({ id: 'able', resolve, async *list() {} });
  const { listImages } = createRootdisk({ vendors: [plain({ resolve }), able] });
  const listed = collect(listImages('odd', { cacheDir: folder }));
  await expect(listed).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    message: 'Odd OS cannot list its releases: the vendor odd has no list()',
    hint: 'Name a release, as in odd:RELEASE. Vendors that list theirs: able.',
    details: { field: 'vendor', value: 'odd', known: ['able'] },
  });
});

describe('an error of a decoder names the format', () => {
  const fail = (): never => never();
  const mark = 'odd file';
  const detect: Format['detect'] = ({ head }) => Buffer.from(head).toString().startsWith(mark);
  const image = { virtualSize: 512, facts: { features: [] }, copyTo: async () => fail() };
  test.each<[method: string, format: Format]>([
    ['detect', { kind: 'disk', id: 'odd', detect: fail, open: async () => image }],
    ['open', { kind: 'disk', id: 'odd', detect, open: async () => fail() }],
    ['copyTo', { kind: 'disk', id: 'odd', detect, open: async () => image }],
    [
      'decode',
      {
        kind: 'codec',
        id: 'odd',
        detect,
        async *decode() {
          yield fail();
        },
      },
    ],
    [
      'entries',
      {
        kind: 'archive',
        id: 'odd',
        detect,
        async *entries() {
          yield fail();
        },
      },
    ],
  ])('%s()', async (method, format) => {
    const { convertImage }: Rootdisk = createRootdisk({ formats: [...builtIns.formats, format] });
    const input = join(folder, 'odd');
    await writeFile(input, mark.padEnd(4096, '.'));
    await expect(convertImage(input, join(folder, 'out'))).rejects.toMatchObject({
      code: 'ERR_PLUGIN',
      message: `odd.${method}() failed: no luck today`,
      details: { plugin: 'odd', method },
    });
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of items) all.push(one);
  return all;
}

function never(): never {
  throw new TypeError('no luck today');
}
