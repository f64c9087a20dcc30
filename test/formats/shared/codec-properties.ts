import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Codec, DecodeError } from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { GrowingSource, wholeSource } from './byte-sources.ts';
import { decodeAll, sha256 } from './decoding.ts';

/** A frame, member or stream of a file and its decoded content. */
export interface CodecPart {
  bytes: Uint8Array;
  content: Uint8Array;
}

export interface CodecProperties {
  codec: Codec;
  /** A file is any number of these, at least one. */
  part: fc.Arbitrary<CodecPart>;
  /** Parts that may follow the first one. */
  between?: fc.Arbitrary<CodecPart>;
  /** A file of some hundred bytes or more. */
  file: Uint8Array;
  /** A file that takes long to decode. */
  long: () => Uint8Array;
}

/** Properties of every file of a codec, and of every way to stop reading it. */
export function codecProperties({ codec, part, between, file, long }: CodecProperties): void {
  describe(codec.id, () => {
    const anyFile = fc
      .tuple(
        part,
        fc.array(between === undefined ? part : fc.oneof(part, between), {
          maxLength: 3,
        }),
      )
      .map(([first, rest]) => ({
        bytes: Buffer.concat([first, ...rest].map((part) => part.bytes)),
        content: Buffer.concat([first, ...rest].map((part) => part.content)),
      }));

    test('any file reads back equal, in pieces of any size', async () => {
      await fc.assert(
        fc.asyncProperty(anyFile, fc.integer({ min: 1, max: 9000 }), async (file, pieceBytes) => {
          expect(await decodeAll(codec, wholeSource(file.bytes, pieceBytes))).toEqual({
            sizeBytes: file.content.length,
            sha256: sha256(file.content),
          });
        }),
        { numRuns: 60 },
      );
    });

    test('a changed or cut file gives the same bytes or an error', async () => {
      const seen = { same: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(
          anyFile,
          fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          fc.integer({ min: 0, max: 255 }),
          async (file, place, bits) => {
            const at = Math.floor(file.bytes.length * place);
            const damaged = Uint8Array.from(bits === 0 ? file.bytes.subarray(0, at) : file.bytes);
            if (bits !== 0) damaged[at] = (damaged[at] ?? 0) ^ bits;
            let decoded: { sha256: string } | undefined;
            try {
              decoded = await decodeAll(codec, damaged);
            } catch (error) {
              expect(error).toBeInstanceOf(DecodeError);
            }
            seen[decoded === undefined ? 'refused' : 'same'] += 1;
            // A file that was cut between two frames is a whole file.
            if (bits !== 0 && decoded !== undefined) {
              expect(decoded.sha256).toBe(sha256(file.content));
            }
          },
        ),
        { numRuns: 80 },
      );
      expect(seen.refused).toBeGreaterThan(20);
    });

    describe('ends', () => {
      const reason = { why: 'no longer wanted' };

      test('by an abort while it waits, with the reason of the caller', async () => {
        const controller = new AbortController();
        const source = new GrowingSource();
        source.push(file.subarray(0, file.length >> 1));
        const decoding = decodeAll(codec, source, decodeContext({ signal: controller.signal }));
        setImmediate(() => controller.abort(reason));
        await expect(decoding).rejects.toBe(reason);
      });

      test('by an abort while it decodes, with the reason of the caller', async () => {
        const controller = new AbortController();
        // One piece: no reader waits for more of it.
        const source = wholeSource(long(), 2 ** 30);
        setImmediate(() => controller.abort(reason));
        const decoding = decodeAll(codec, source, decodeContext({ signal: controller.signal }));
        await expect(decoding).rejects.toBe(reason);
      });

      test('by a source that fails, with its error', async () => {
        const failure = new Error('connection lost');
        const source = {
          ...wholeSource(file),
          async *stream() {
            yield file.subarray(0, 100);
            throw failure;
          },
        };
        await expect(decodeAll(codec, source)).rejects.toBe(failure);
      });
    });
  });
}
