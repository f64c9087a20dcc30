import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zip } from '../../../formats/zip.ts';
import { zipArchive } from '../make-zip.ts';
import { entryOf, readArchive, verdictOn, ways } from '../read-archive.ts';
import { diskLikeBytes, sequence, sha256 } from '../shared/decoding.ts';
import { deflate64, expandTokens, type Token } from './make-deflate64.ts';

/** A zip of one member with the given compressed bytes. */
function archive(packed: Uint8Array, content: Uint8Array): Uint8Array {
  const numbers = { bytes: content.length, crc: crc32(content) };
  return zipArchive([{ name: 'disk.raw', method: 9, packed, local: numbers, central: numbers }]);
}

const stored = (bytes: Uint8Array, isLast: boolean): Uint8Array => {
  const head = Buffer.from([isLast ? 1 : 0, 0, 0, 0xff, 0xff]);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(bytes.length ^ 0xffff, 3);
  return Buffer.concat([head, bytes]);
};

const next = sequence(64);
const noise = Array.from({ length: 70_000 }, () => next(256));
/** Random literals and matches of every length and distance that the format has. */
const mixed: Token[] = [...noise];
for (let i = 0; i < 400; i += 1) {
  mixed.push(next(256), [
    3 + next(i % 9 === 0 ? 65_536 : 300),
    1 + next(i % 7 === 0 ? 65_536 : 40),
  ]);
}
/** Words, so that no match has the length of the last code, which differs. */
const words = Buffer.from(
  Array.from({ length: 60_000 }, () => `${next(50_000).toString(36)} `).join(''),
);

describe.each(ways)('reads from a %s', (way) => {
  test.each<[string, readonly Token[]]>([
    ['nothing', []],
    ['literals', [0, 143, 144, 255]],
    ['the shortest and the longest match', [1, 2, [3, 2], [65_538, 1], 3, [65_538, 5]]],
    ['the match that deflate ends with', [7, [257, 1], 8, [258, 1], 9, [259, 3]]],
    ['the longest distance', [...noise, [400, 65_536], [65_538, 49_153], [3, 32_769]]],
    [
      'matches across the steps of the output',
      [1, ...Array<Token>(20).fill([65_000, 1]), 2, [60_000, 60_001]],
    ],
    ['everything at once', mixed],
  ])('%s', async (_, tokens) => {
    const content = expandTokens(tokens);
    for (const pieceBytes of [1013, 65_536]) {
      expect(
        await readArchive(zip, archive(deflate64(tokens), content), way, { pieceBytes }),
      ).toEqual([entryOf('disk.raw', content)]);
    }
  });

  test('stored blocks, and blocks of the other kinds between them', async () => {
    const parts = [diskLikeBytes(65_535), new Uint8Array(0), Buffer.from('end')];
    const content = Buffer.concat([...parts, expandTokens([1, 2, 3])]);
    const packed = Buffer.concat([
      ...parts.map((bytes) => stored(bytes, false)),
      deflate64([1, 2, 3]),
    ]);
    expect(await readArchive(zip, archive(packed, content), way)).toEqual([
      entryOf('disk.raw', content),
    ]);
  });

  test('its own codes, as zlib writes them', async () => {
    const packed = deflateRawSync(words, { level: 9 });
    expect(packed.length).toBeLessThan(words.length * 0.7);
    expect(await readArchive(zip, archive(packed, words), way)).toEqual([
      entryOf('disk.raw', words),
    ]);
  });
});

describe('refuses', () => {
  const one = Uint8Array.of(1);
  const good = deflate64([1, 2, 3, [200, 2]]);
  test.each<[string, Uint8Array]>([
    ['no bytes', new Uint8Array(0)],
    ['a block of the fourth kind', Uint8Array.of(7)],
    ['a distance before the start', deflate64([1, [3, 2]])],
    ['two lengths of a stored block', Uint8Array.of(1, 5, 0, 5, 0, 1, 1, 1, 1, 1)],
    ['a truncated stored block', stored(words.subarray(0, 1000), true).subarray(0, 900)],
    ['a truncated header of codes', deflateRawSync(words).subarray(0, 30)],
    // 10: own codes; 257 and 1 of them; the lengths of four codes, all ones: too many.
    ['too many codes of one length', Uint8Array.of(0x05, 0xe0, 0xff, 0xff, 0xff, 0xff)],
    ['no code for the lengths', Uint8Array.of(0x05, 0, 0, 0, 0, 0, 0, 0)],
    ['288 length codes', Uint8Array.of(0xfd, 0x81, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ['bytes after its end', Buffer.concat([good, one])],
  ])('%s', async (_, packed) => {
    expect(await verdictOn(zip, archive(packed, expandTokens([1, 2, 3, [200, 2]])))).toBe(
      'corrupt-data',
    );
  });

  test('every cut', async () => {
    const packed = deflateRawSync(words.subarray(0, 3000));
    for (let length = 0; length < packed.length; length += 7) {
      expect(
        await verdictOn(zip, archive(packed.subarray(0, length), words.subarray(0, 3000))),
      ).toBe('corrupt-data');
    }
  });

  test('other bits, or finds them by the CRC32', async () => {
    const content = words.subarray(0, 5000);
    const packed = deflateRawSync(content);
    for (let i = 0; i < 300; i += 1) {
      const flipped = Uint8Array.from(packed);
      const at = next(packed.length);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << next(8));
      const verdict = await verdictOn(zip, archive(flipped, content));
      // The bits after the last code are ignored.
      if (at === packed.length - 1 && verdict === 'accepted') continue;
      expect(['corrupt-data', 'checksum']).toContain(verdict);
    }
  });

  test('more than was stated, without unpacking all of it', async () => {
    const tokens: Token[] = [0, ...Array<Token>(20_000).fill([65_538, 1])];
    const bytes = archive(deflate64(tokens), Buffer.alloc(1000));
    expect(await verdictOn(zip, bytes)).toBe('corrupt-data');
  });
});

const has7z = spawnSync('7z', ['i']).status === 0;
if (!has7z)
  console.warn('7z is not there: Deflate64 is compared with the writer of the tests only');

describe.skipIf(!has7z)('the output of 7-Zip', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rootdisk-deflate64-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each<[string, Uint8Array]>([
    ['a disk', diskLikeBytes(3 * 2 ** 20)],
    ['zeros', new Uint8Array(5_000_000)],
    ['text', words],
    ['matches near and far', expandTokens([...mixed, ...mixed])],
  ])('%s', async (_, content) => {
    writeFileSync(join(folder, 'disk.raw'), content);
    for (const level of [1, 5, 9]) {
      const path = join(folder, `${level}.zip`);
      rmSync(path, { force: true });
      const args = ['a', '-tzip', '-mm=Deflate64', `-mx=${level}`, path, 'disk.raw'];
      expect(spawnSync('7z', args, { cwd: folder }).status).toBe(0);
      const bytes = Uint8Array.from(readFileSync(path));
      expect(bytes[8]).toBe(9);
      const [entry] = await readArchive(zip, bytes);
      expect(entry?.sha256).toBe(sha256(content));
    }
  });
});
