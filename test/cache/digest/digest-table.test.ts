import { createHash, hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Extents } from '../../../src/bytes/extents.ts';
import { digestBlocks } from '../../../src/cache/digest/content-digest.ts';
import {
  type DigestTable,
  formatDigestTable,
  parseDigestTable,
  readTableLength,
} from '../../../src/cache/digest/digest-table.ts';

const MiB = 1024 * 1024;
const unit = 64 * 1024;

/** A table of a disk with data in these units. */
function makeTable(sizeBytes: number, units: readonly number[], seed = ''): DigestTable {
  const extents: Extents = units.map((n) => [n * unit, Math.min(unit, sizeBytes - n * unit)]);
  const offsets = new Set(units.map((n) => Math.floor((n * unit) / MiB) * MiB));
  const blocks = [...offsets].map(
    (offset) =>
      [offset, Uint8Array.from(Buffer.from(hash('sha256', `${seed}${offset}`), 'hex'))] as const,
  );
  return { sizeBytes, extents, blocks: new Map(blocks) };
}

const diskOf = ({ sizeBytes, blocks }: DigestTable) => ({
  sizeBytes,
  contentDigest: digestBlocks(blocks, sizeBytes),
});

const size = 5 * MiB + 300;
const table = makeTable(size, [0, 1, 17, 40, 80]);

/** The same bytes with a corrected checksum. */
function resum(bytes: Buffer): Buffer {
  const sums = bytes.length - 32;
  createHash('sha256').update(bytes.subarray(0, sums)).digest().copy(bytes, sums);
  return bytes;
}

function refusal(bytes: Buffer, of = diskOf(table)): string {
  try {
    parseDigestTable(bytes, of);
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test('a table is read back as written', () => {
  const tables = fc
    .record({ sizeBytes: fc.integer({ min: 1, max: 64 * MiB }), picks: fc.array(fc.nat(1023)) })
    .map(({ sizeBytes, picks }) => {
      const units = [...new Set(picks)].filter((n) => n * unit < sizeBytes);
      return makeTable(
        sizeBytes,
        units.sort((a, b) => a - b),
      );
    });
  fc.assert(
    fc.property(tables, (made) => {
      const bytes = formatDigestTable(made);
      expect(readTableLength(bytes, made.sizeBytes)).toBe(bytes.length);
      const read = parseDigestTable(bytes, diskOf(made));
      expect({ ...read, blocks: plain(read) }).toEqual({ ...made, blocks: plain(made) });
    }),
    { numRuns: 50 },
  );
  expect(parseDigestTable(formatDigestTable(makeTable(0, [])), diskOf(makeTable(0, [])))).toEqual(
    makeTable(0, []),
  );
});

test('every changed byte and every cut is found', () => {
  const bytes = formatDigestTable(table);
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x40;
    expect(refusal(damaged), `byte ${at}`).not.toBe('accepted');
    expect(refusal(bytes.subarray(0, at)), `cut at ${at}`).not.toBe('accepted');
  }
  expect(refusal(Buffer.concat([bytes, Buffer.alloc(1)]))).toMatch(/^it has \d+ bytes, not/);
});

test('a table of another disk is refused', () => {
  const foreign = makeTable(size, [0, 1, 17, 40, 80], 'other');
  expect(refusal(formatDigestTable(foreign))).toBe('it is of another disk');
  const longer = makeTable(size + 1, [0, 1, 17, 40, 80]);
  expect(refusal(formatDigestTable(longer))).toBe('it is of a disk of another size');
});

test('a table that contradicts itself is refused, even with a correct checksum', () => {
  const changes: [string, number, bigint][] = [
    ['it has too many extents', 24, 2n ** 40n],
    ['it has too many blocks', 32, 7n],
    ['it holds a number that is too large', 24, 2n ** 63n],
    ['extent 1 does not follow', 40 + 16, 0n],
    ['extent 4 does not follow', 40 + 4 * 16 + 8, BigInt(unit)],
    ['extent 0 does not follow', 40 + 8, 0n],
    ['the block at 4096 does not follow', 40 + 5 * 16 + 40, 4096n],
    ['the block at 4194304 lies outside the extents', 40 + 5 * 16 + 40, BigInt(4 * MiB)],
  ];
  for (const [message, at, value] of changes) {
    const bytes = formatDigestTable(table);
    bytes.writeBigUInt64LE(value, at);
    expect(refusal(resum(bytes)), message).toContain(message);
  }
  const newer = formatDigestTable(table);
  newer.writeUInt32LE(2, 8);
  expect(refusal(resum(newer))).toBe('it has version 2, not 1');
});

function plain({ blocks }: DigestTable): [number, string][] {
  return [...blocks].map(([offset, sha256]) => [offset, Buffer.from(sha256).toString('hex')]);
}
