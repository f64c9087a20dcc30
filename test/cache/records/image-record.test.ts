import { describe, expect, it } from 'vitest';
import { formatRequestKey } from '../../../src/cache/names/request-key.ts';
import { formatRecord, type ImageRecord } from '../../../src/cache/records/image-record.ts';
import { parseImageRecord } from '../../../src/cache/records/parse-image-record.ts';
import { isImageError } from '../../../src/errors.ts';
import { diskBytes, makeDraft, nameOf } from '../entries/make-entry.ts';

const draft = makeDraft('x');
const small: ImageRecord = {
  ...draft,
  schema: 1,
  name: nameOf('1'),
  source: { ...draft.source, kept: false },
  disk: {
    virtualSize: diskBytes,
    sizeBytes: diskBytes,
    mtimeMs: 1_785_000_000_123.456,
    contentDigest: `content-sha256:${'a'.repeat(64)}`,
  },
  created: '2026-07-25T10:11:12.345Z',
};
const full: ImageRecord = {
  ...small,
  parameters: { schematic: '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba' },
  aliases: ['base', '"extents": []'],
  disk: { ...small.disk, sha256: 'b'.repeat(64) },
  extents: [
    [0, 512],
    [512, 512],
    [1024 * 1024, 4096],
  ],
  layers: ['xz', 'raw'],
  trust: {
    level: 'signed',
    offered: 'signed',
    pinned: true,
    signer: { fingerprint: 'D2EB44626FDDC30B513D5BB71A5D6C4C7DB87C81', userId: 'Ubuntu <x@y>' },
    signedAt: '2026-07-25T00:00:00.000Z',
    warnings: [{ code: 'mirror', message: 'read\nthrough a mirror' }],
  },
  evidence: {
    digests: [`sha256:${'c'.repeat(64)}`, `sha512:${'d'.repeat(128)}`],
    diskDigests: [`sha256:${'e'.repeat(64)}`],
    documents: [{ url: 'https://example/SHA256SUMS', sha256: 'f'.repeat(64) }],
  },
  guest: {
    user: 'ubuntu',
    seed: 'nocloud',
    ssh: true,
    firmware: ['bios', 'uefi'],
    eol: '2029-05-31',
  },
  facts: { cmdline: 'console=ttyS0' },
};

describe('image records', () => {
  it('are read back as written', () => {
    const { extents: _, ...today } = full;
    for (const record of [small, full, today])
      expect(parseImageRecord(formatRecord(record))).toEqual(record);
  });

  it('of version 0.1 keep a long list of extents on one line', () => {
    const extents = Array.from({ length: 5000 }, (_, i) => [i * 8, 4] as const);
    const text = formatRecord({ ...full, extents, disk: { ...full.disk, sizeBytes: 40_000 } });
    expect(text.split('\n').length).toBeLessThan(120);
    expect(parseImageRecord(text).extents).toEqual(extents);
  });

  it('are refused if any member is missing or of another kind, and the error names it', () => {
    const paths = leaves(JSON.parse(formatRecord(full)));
    expect(paths.length).toBeGreaterThan(50);
    for (const path of paths) {
      expect(refusalOf(path, {})).toContain(path.split(/[.[]/)[0]);
      if (path !== 'disk.mtimeMs') expect(refusalOf(path, -1), path).toBeDefined();
      if (!absentIsFine.test(path)) expect(refusalOf(path, undefined), path).toBeDefined();
    }
  });

  it('are refused if a value is never written in this form', () => {
    const bad: [string, unknown][] = [
      ['identity.arch', 'x86_64'],
      ['source.sha256', 'A'.repeat(64)],
      ['source.sha256', 'a'.repeat(63)],
      ['source.sha512', 'a'.repeat(64)],
      ['source.sizeBytes', 1.5],
      ['source.sizeBytes', '100'],
      ['disk.sizeBytes', 1e300],
      ['disk.contentDigest', 'a'.repeat(64)],
      ['trust.level', 'good'],
      ['trust.offered', 'auto'],
      ['trust.signedAt', 'yesterday'],
      ['evidence.digests[0]', `md5:${'a'.repeat(32)}`],
      ['evidence.diskDigests[0]', `sha256:${'a'.repeat(128)}`],
      ['guest.seed', 'floppy'],
      ['guest.firmware[0]', 'BIOS'],
      ['created', '2026-07-25'],
    ];
    for (const [path, value] of bad) expect(refusalOf(path, value), path).toContain(path);
  });

  it('are refused if the text was cut, has another schema, or impossible extents', () => {
    const text = formatRecord(full);
    const bad = [
      '',
      'null',
      '[]',
      text.slice(0, -10),
      `${text}x`,
      text.replace('"schema": 1', '"schema": 2'),
      text.replace('[[0,512],[512,512]', '[[0,512],[511,512]'),
      text.replace('[[0,512],[512,512]', '[[512,512],[0,512]'),
      text.replace('[[0,512]', '[[0,512,1]'),
      text.replace('[[0,512]', `[[${diskBytes},512]`),
      text.replace('[[0,512]', '[[0.5,11]'),
    ];
    for (const damaged of bad) {
      expect(() => parseImageRecord(damaged)).toThrowError(
        expect.objectContaining({ code: 'ERR_CACHE_IO' }),
      );
    }
  });
});

describe('request keys', () => {
  it('are equal for equal requests and different for others', () => {
    const request = { vendor: 'talos', release: 'latest', arch: 'arm64' as const };
    const key = formatRequestKey(request, 'raw');
    expect(formatRequestKey({ ...request, parameters: {} }, 'raw')).toBe(key);
    expect(formatRequestKey({ ...request, parameters: { b: '1', a: '2' } }, 'raw')).toBe(
      formatRequestKey({ ...request, parameters: { a: '2', b: '1' } }, 'raw'),
    );
    const others = [
      formatRequestKey(request, 'source'),
      formatRequestKey({ ...request, variant: 'metal' }, 'raw'),
      formatRequestKey({ ...request, snapshot: 'metal' }, 'raw'),
      formatRequestKey({ ...request, release: '1.10' }, 'raw'),
      formatRequestKey({ ...request, parameters: { a: '2' } }, 'raw'),
    ];
    expect(new Set([key, ...others]).size).toBe(6);
  });
});

const absentIsFine =
  /^(?:identity\.(?:codename|version)|trust\.(?:signedAt|signer\.userId)|source\.sha512|disk\.sha256|guest\.\w+|parameters\.\w+|facts\.\w+)$/;

/** The error if one member of the full record has another value; `undefined` if it is accepted. */
function refusalOf(path: string, value: unknown): string | undefined {
  const damaged = change(JSON.parse(formatRecord(full)), path, value);
  try {
    parseImageRecord(JSON.stringify(damaged));
    return undefined;
  } catch (error) {
    return isImageError(error, 'ERR_CACHE_IO') ? error.message : `untyped: ${error}`;
  }
}

/** Paths of all members that are not objects: `trust.signer.fingerprint`, `layers[0]`. */
function leaves(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => leaves(item, `${path}[${i}]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, item]) =>
    leaves(item, path === '' ? key : `${path}.${key}`),
  );
}

function change(record: unknown, path: string, value: unknown): unknown {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  const last = keys.pop() ?? '';
  let parent: unknown = record;
  for (const key of keys) parent = Reflect.get(Object(parent), key);
  Reflect.set(Object(parent), last, value);
  return record;
}
