import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { raw } from '../../../formats/raw.ts';
import type { Codec, DiskSink } from '../../../src/kit.ts';
import { decodeContext } from '../../formats/decode-context.ts';
import { streamOnlySource, wholeSource } from '../../formats/shared/byte-sources.ts';
import { decodeAll, diskLikeBytes, refusalOf, sha256 } from '../../formats/shared/decoding.ts';
import { readImage, readImageRows } from './image-rows.ts';

// The limits for which the samples were made.
const limits = { virtualBytes: 128 * 1024 * 1024, members: 10_000 };

/** Takes a disk in order and keeps only its digest. */
class HashSink implements DiskSink {
  readonly zeroed = true;
  sizeBytes = -1;
  readonly #hash = createHash('sha256');

  async setSize(bytes: number): Promise<void> {
    this.sizeBytes = bytes;
  }
  async write(_position: number, bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
  }
  async zero(): Promise<void> {}
  sha256(): string {
    return this.#hash.digest('hex');
  }
}

/** A compressed raw disk, layer by layer, into a sink. */
async function convert(codec: Codec, bytes: Uint8Array, sink: DiskSink): Promise<void> {
  const context = decodeContext({ limits });
  const output = streamOnlySource(codec.decode(wholeSource(bytes), context));
  const image = await raw.open(output, context);
  await image.copyTo(sink);
}

/** The samples of one codec: good ones become the stated disk, bad ones are refused for an accepted reason. */
export function describeCodecRows(codec: Codec): void {
  const good = readImageRows('good').filter((row) => row.format === `${codec.id}>raw`);
  const bad = readImageRows('bad').filter(
    (row) => row.format === codec.id && !row.file.startsWith('n-'),
  );

  describe(`${good.length} good ${codec.id} files`, () => {
    test.each(good)('$file: $features', async (row) => {
      const bytes = readImage(row);
      expect(codec.detect({ head: bytes.subarray(0, 131_072) })).toBe(true);
      const size = await codec.size?.(wholeSource(bytes));
      expect([undefined, row.sizeBytes]).toContain(size);
      const sink = new HashSink();
      await convert(codec, bytes, sink);
      expect([sink.sizeBytes, sink.sha256()]).toEqual([row.sizeBytes, row.sha256]);
    });
  });

  describe(`${bad.length} bad ${codec.id} files`, () => {
    test.each(bad)('$file: $defect', async (row) => {
      const sink = new HashSink();
      expect(row.reasons).toContain(await refusalOf(convert(codec, readImage(row), sink)));
      expect(sink.sizeBytes).toBe(-1);
    });
  });
}

/** Files written by the usual command, with many of its options, are read back with their content. */
export function describeCommand(codec: Codec, command: string, options: string[][]): void {
  const isThere = spawnSync(command, ['--version']).status === 0;
  const content = diskLikeBytes(6 * 1024 * 1024 + 321);
  describe.skipIf(!isThere)(`the output of ${command}`, () => {
    test.each(options.map((list) => ({ list, name: list.join(' ') })))(
      '$name',
      async ({ list }) => {
        const made = spawnSync(command, ['-c', ...list], { input: content, maxBuffer: 2 ** 26 });
        expect(made.status).toBe(0);
        const decoded = await decodeAll(codec, made.stdout, decodeContext({ limits }));
        expect(decoded).toEqual({ sizeBytes: content.length, sha256: sha256(content) });
      },
    );
  });
}
