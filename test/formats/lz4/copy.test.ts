import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { xxHash32 } from '../../../formats/lz4/xxhash32.ts';
import { lz4 } from '../../../formats/lz4.ts';
import { decodeContext } from '../decode-context.ts';
import { wholeSource } from '../shared/byte-sources.ts';
import { diskLikeBytes, sha256 } from '../shared/decoding.ts';
import { join, legacyFile, text } from './fixtures.ts';
import { frameBlock, type Lz4Options, makeLz4, makeLz4Frame } from './make-lz4.ts';

const MiB = 1024 * 1024;
const content = diskLikeBytes(16 * MiB + 5000, 7);
content.fill(0, 9 * MiB, 11 * MiB);

/** A sink that copies its input only after a while, as a disk does; then `disk` holds the decoded bytes. */
async function copy(file: Uint8Array, sizeBytes: number) {
  const disk = Buffer.alloc(sizeBytes);
  const memories = new Set<ArrayBufferLike>();
  let writes = 0;
  await lz4.copyTo?.(
    wholeSource(file),
    {
      zeroed: true,
      setSize: async () => {},
      zero: async () => {},
      write: async (position, bytes) => {
        writes += 1;
        memories.add(bytes.buffer);
        await pause(1);
        disk.set(bytes, position);
      },
    },
    decodeContext(),
  );
  return { disk, memories, writes };
}

/** Stored blocks have the maximum length and are fast to make. */
function storedFrame(options: Lz4Options): Uint8Array {
  const blockBytes = 2 ** (8 + 2 * (options.blockSize ?? 4));
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += blockBytes) {
    blocks.push(frameBlock(content.subarray(at, at + blockBytes), true));
  }
  return makeLz4Frame(blocks, xxHash32(content), options);
}

describe('a copy into a disk', () => {
  const cases: [string, Lz4Options][] = [
    ['independent blocks of 1 MiB', { blockSize: 6 }],
    ['independent blocks of 64 KiB', {}],
    ['linked blocks of 1 MiB', { blockSize: 6, linked: true }],
    ['linked blocks of 64 KiB', { linked: true }],
  ];
  test.each(cases)('%s: memory is reused, and each write has a MiB', async (_, options) => {
    const { disk, memories, writes } = await copy(storedFrame(options), content.length);
    expect(sha256(disk)).toBe(sha256(content));
    expect(memories.size).toBeLessThanOrEqual(8);
    expect(writes).toBeLessThanOrEqual(20);
  });

  test('frames of different kinds, whose blocks have different lengths', async () => {
    const small = content.subarray(0, 300_000);
    const large = content.subarray(MiB, 2 * MiB + 77);
    const parts = [large, small, small, large];
    const files = parts.map((part, i) => makeLz4(part, { blockSize: 4 + i, linked: i % 2 === 0 }));
    const whole = join(...parts, text.subarray(0, 3000));
    const { disk } = await copy(join(...files, legacyFile), whole.length);
    expect(sha256(disk)).toBe(sha256(whole));
  });
});
