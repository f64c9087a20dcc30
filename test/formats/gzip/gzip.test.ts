import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { gzip } from '../../../formats/gzip.ts';
import { decodeContext } from '../decode-context.ts';
import { GrowingSource, wholeSource } from '../shared/byte-sources.ts';
import { copyAll } from '../shared/copying.ts';
import { decodeAll, diskLikeBytes, refusalOf, sequence, sha256 } from '../shared/decoding.ts';

const content = diskLikeBytes(300_000);
const member: Uint8Array = gzipSync(content);
const hello: Uint8Array = Buffer.from('hello');
const small: Uint8Array = gzipSync(hello);

const join = (...parts: (Uint8Array | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Uint8Array.from(part)));

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at < 0 ? copy.length + at : at] = value;
  return copy;
}

/** Extra field, name, comment and header CRC, all of them (RFC 1952, section 2.3). */
function withAllFields(spoil: number): Uint8Array {
  const fixed = [0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 4, 0, 0x42, 0x43, 0, 0];
  const header = join(fixed, Buffer.from('../../etc/passwd\0comment\0'));
  const crc = crc32(header) ^ spoil;
  const trailer = small.subarray(small.length - 8);
  return join(header, [crc & 0xff, (crc >> 8) & 0xff], deflateRawSync(hello), trailer);
}

describe('reads', () => {
  const cases: [string, Uint8Array, Uint8Array][] = [
    ['one member', member, content],
    ['members one after the other', join(small, member, small), join(hello, content, hello)],
    ['an empty member', gzipSync(''), new Uint8Array(0)],
    ['zero bytes behind the last member', join(member, new Uint8Array(5000)), content],
    ['a header with every field', withAllFields(0), hello],
  ];
  test.each(cases)('%s, for any size of pieces', async (_, bytes, expected) => {
    for (const pieceBytes of [1, 7, 4096, 1 << 20]) {
      if (bytes.length / pieceBytes > 60_000) continue;
      const decoded = await decodeAll(gzip, wholeSource(bytes, pieceBytes));
      expect(decoded).toEqual({ sizeBytes: expected.length, sha256: sha256(expected) });
    }
    const copied = await copyAll(gzip, bytes);
    expect(copied).toEqual({ sizeBytes: expected.length, sha256: sha256(expected) });
  });

  test('returns what has arrived while the rest has not', async () => {
    const source = new GrowingSource();
    const output = gzip.decode(source, decodeContext())[Symbol.asyncIterator]();
    source.push(small);
    const first = await output.next();
    expect(Buffer.from(first.value ?? []).toString()).toBe('hello');
    source.push(small);
    source.end();
    expect(Buffer.from((await output.next()).value ?? []).toString()).toBe('hello');
    expect((await output.next()).done).toBe(true);
  });
});

describe('refuses', () => {
  const cases: [string, string, Uint8Array][] = [
    ['a file of no bytes', 'truncated', new Uint8Array(0)],
    ['a lone first byte', 'truncated', member.subarray(0, 1)],
    ['a cut header', 'truncated', member.subarray(0, 7)],
    ['cut data', 'truncated', member.subarray(0, 1000)],
    ['a cut trailer', 'truncated', member.subarray(0, member.length - 3)],
    ['a second member that is cut', 'truncated', join(member, small.subarray(0, 12))],
    ['something else', 'corrupt-header', Buffer.from('<html>')],
    ['zlib data, which Node would take', 'corrupt-header', join([0x78, 0x9c], small)],
    ['another method', 'unsupported-feature', changed(small, 2, 7)],
    ['reserved flags', 'unsupported-feature', changed(small, 3, 0x20)],
    [
      'reserved flags in a later member',
      'unsupported-feature',
      join(member, changed(small, 3, 0x80)),
    ],
    ['a wrong header CRC', 'checksum', withAllFields(1)],
    ['a wrong CRC32', 'checksum', changed(small, -6, 0)],
    ['a wrong length', 'checksum', changed(small, -1, 1)],
    ['a wrong CRC32 in the first of two members', 'checksum', join(changed(small, -6, 0), member)],
    ['a bad deflate block', 'corrupt-data', changed(small, 10, 7)],
    ['other bytes behind the member', 'trailing-data', join(member, Buffer.from('PK'))],
    ['other bytes behind the padding', 'trailing-data', join(member, [0, 0, 0], Buffer.from('x'))],
    ['a member behind the padding', 'trailing-data', join(member, new Uint8Array(512), small)],
  ];
  test.each(cases)('%s as %s', async (_, reason, bytes) => {
    for (const pieceBytes of [1, 65_536]) {
      if (pieceBytes === 1 && bytes.length > 1000) continue;
      expect(await refusalOf(decodeAll(gzip, wholeSource(bytes, pieceBytes)))).toBe(reason);
    }
    expect(await refusalOf(copyAll(gzip, bytes))).toBe(reason);
  });

  test('padding and other bytes that come in separate pieces', async () => {
    const pieces = [small, new Uint8Array(100), new Uint8Array(100), small];
    const source = {
      ...wholeSource(small),
      async *stream() {
        yield* pieces;
      },
    };
    expect(await refusalOf(decodeAll(gzip, source))).toBe('trailing-data');
  });

  test('every cut; no flipped bit gives other content', async () => {
    const bytes = gzipSync(diskLikeBytes(9000));
    for (let length = 0; length < bytes.length; length += 13) {
      expect(await refusalOf(decodeAll(gzip, bytes.subarray(0, length)))).toBe('truncated');
    }
    const next = sequence(4711);
    const good = await decodeAll(gzip, bytes);
    for (let i = 0; i < 300; i += 1) {
      const at = next(bytes.length);
      const damaged = changed(bytes, at, (bytes[at] ?? 0) ^ (1 << next(8)));
      const outcome = await decodeAll(gzip, damaged).catch(async (error) =>
        refusalOf(Promise.reject(error)),
      );
      // Time, flags such as "text" and the operating system may differ without an error.
      if (typeof outcome !== 'string') expect(outcome).toEqual(good);
    }
  });
});

describe('ends', () => {
  const bomb = gzipSync(new Uint8Array(64 * 1024 * 1024));

  test('when the consumer stops, and reads no further', async () => {
    let asked = 0;
    const source = {
      ...wholeSource(bomb),
      async *stream() {
        for (let at = 0; at < bomb.length; at += 1024) {
          asked += 1;
          yield bomb.subarray(at, at + 1024);
        }
      },
    };
    for await (const _ of gzip.decode(source, decodeContext())) break;
    expect(asked).toBeLessThan(10);
  });
});

test('recognises gzip by its magic, for any method', () => {
  expect(gzip.detect({ head: member })).toBe(true);
  expect(gzip.detect({ head: changed(member, 2, 7) })).toBe(true);
  expect(gzip.detect({ head: changed(member, 1, 0x9d) })).toBe(false);
  expect(gzip.detect({ head: new Uint8Array(0) })).toBe(false);
});
