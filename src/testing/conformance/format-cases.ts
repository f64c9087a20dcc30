import assert from 'node:assert/strict';
import { isImageError } from '../../errors.ts';
import { defineFormat } from '../../kit/define.ts';
import { ArrivingSource } from './arriving-source.ts';
import type { CaseOf } from './case.ts';
import {
  assertDecoded,
  type DecodedParts,
  decodeSample,
  type FormatSubject,
  memoryContext,
  probeOf,
  wantedOf,
} from './format-subject.ts';
import { MemorySink } from './memory-sink.ts';

const page = new TextEncoder().encode('<!DOCTYPE html><html><body>Not found</body></html>\n');

/** Relative positions at which files are cut and changed: near both ends, and between them. */
const places = [0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999] as const;

/** The requirements for every codec, archive and disk format. */
export const formatCases: readonly CaseOf<FormatSubject>[] = [
  {
    id: 'format/describes-itself',
    title: 'has the shape of a format',
    run: async ({ format }) => void defineFormat(format),
  },
  {
    id: 'format/detects',
    title: 'detects its own files, and neither pages nor zeros nor nothing',
    async run({ format, sample }) {
      assert.equal(format.detect(probeOf(sample.bytes)), true, 'its own file is not detected');
      if (sample.unmarked === true) return;
      for (const other of [page, new Uint8Array(128 * 1024), new Uint8Array(0)]) {
        assert.equal(format.detect(probeOf(other)), false, `${other.length} other bytes are`);
      }
    },
  },
  {
    id: 'format/detects-without-throwing',
    title: 'looks at files of any length, with and without a tail, and never throws',
    async run({ format, sample }) {
      for (let length = 0; length <= 600; length += length < 64 ? 1 : 67) {
        const head = sample.bytes.slice(0, length);
        for (const probe of [{ head }, probeOf(head)]) {
          assert.equal(typeof format.detect(probe), 'boolean', `${length} bytes`);
        }
      }
    },
  },
  {
    id: 'format/decodes',
    title: 'decodes a file that is there',
    async run({ format, sample }) {
      const source = new ArrivingSource(sample.bytes);
      assertDecoded(await decodeSample(format, source), wantedOf(sample));
    },
  },
  {
    id: 'format/decodes-what-arrives',
    title: 'decodes a file that arrives in pieces, and waits for them',
    async run({ format, sample }) {
      const pieceBytes = Math.max(7, Math.ceil(sample.bytes.length / 50));
      const source = new ArrivingSource(sample.bytes, { pieceBytes });
      assertDecoded(await decodeSample(format, source), wantedOf(sample));
    },
  },
  {
    id: 'format/reads-to-the-end',
    title: 'reads its file to the very end',
    when: ({ format }) => format.kind === 'codec',
    async run({ format, sample }) {
      const source = new ArrivingSource(sample.bytes, { pieceBytes: 1000 });
      await decodeSample(format, source);
      assert.equal(source.furthest, sample.bytes.length, 'bytes at the end were not read');
    },
  },
  {
    id: 'format/states-its-size',
    title: 'states the length of its content, where it states one',
    when: ({ format }) => format.kind !== 'archive',
    async run({ format, sample }) {
      const source = new ArrivingSource(sample.bytes);
      const wanted = wantedOf(sample)['']?.length;
      const stated =
        format.kind === 'codec'
          ? await format.size?.(source)
          : format.kind === 'disk'
            ? (await format.open(source, memoryContext())).virtualSize
            : undefined;
      assert.ok(stated === undefined || stated === wanted, `${stated} bytes, not ${wanted}`);
    },
  },
  {
    id: 'format/copies-out-of-order',
    title: 'writes the same disk where it decodes out of order',
    when: ({ format }) => format.kind === 'codec' && format.copyTo !== undefined,
    async run({ format, sample }) {
      if (format.kind !== 'codec') return;
      const sink = new MemorySink();
      await format.copyTo?.(new ArrivingSource(sample.bytes), sink, memoryContext());
      assertDecoded({ '': sink.content() }, wantedOf(sample));
    },
  },
  {
    id: 'format/overwrites-a-device',
    title: 'zeros what is empty on a disk that was used before',
    when: ({ format }) => format.kind === 'disk',
    async run({ format, sample }) {
      const source = new ArrivingSource(sample.bytes);
      const sink = new MemorySink(0xee);
      assertDecoded(await decodeSample(format, source, memoryContext(), sink), wantedOf(sample));
    },
  },
  {
    id: 'format/refuses-cut-files',
    title: 'refuses a file that was cut off, with a typed error',
    when: ({ sample }) => sample.endless !== true,
    async run(subject) {
      const { bytes } = subject.sample;
      for (const place of places) {
        const cut = bytes.slice(0, Math.floor(bytes.length * place));
        // An archive without a member: the core reports that there is no disk.
        const isEmpty = cut.length === 0 && subject.format.kind === 'archive';
        if (!isEmpty) await tryDamaged(subject, cut, true);
      }
      await tryDamaged(subject, bytes.slice(0, -1), true);
    },
  },
  {
    id: 'format/survives-changed-files',
    title: 'ends with a typed error, or with content, where bytes were changed',
    async run(subject) {
      for (const place of places) {
        const bytes = subject.sample.bytes.slice();
        const at = Math.floor(bytes.length * place);
        bytes[at] = (bytes[at] ?? 0) ^ 0x5a;
        await tryDamaged(subject, bytes, false);
      }
    },
  },
  {
    id: 'format/aborts',
    title: 'ends with the reason of the caller when it is aborted while it waits',
    async run({ format, sample }) {
      const reason = new Error('no longer wanted');
      const controller = new AbortController();
      const source = new ArrivingSource(sample.bytes, { stalls: true });
      const decoding = decodeSample(format, source, memoryContext(controller.signal));
      setTimeout(() => controller.abort(reason), 20);
      const { promise: late, resolve } = Promise.withResolvers<unknown>();
      const timer = setTimeout(resolve, 5000, 'still waiting');
      const ended = await Promise.race([failureOf(decoding), late]);
      clearTimeout(timer);
      assert.equal(ended, reason);
    },
  },
  {
    id: 'format/passes-failures-on',
    title: 'passes on the error of a transfer that fails',
    async run({ format, sample }) {
      const failure = new Error('connection lost');
      const source = new ArrivingSource(sample.bytes, { failure });
      assert.equal(await failureOf(decodeSample(format, source)), failure);
    },
  },
];

/** Decodes a damaged file. It must give a typed error or content; with `exact` only the true content. */
async function tryDamaged(
  { format, sample }: FormatSubject,
  bytes: Uint8Array,
  exact: boolean,
): Promise<void> {
  let found: DecodedParts;
  try {
    found = await decodeSample(format, new ArrivingSource(bytes));
  } catch (error) {
    if (isImageError(error)) return;
    throw new Error(`${bytes.length} damaged bytes: an error that is not typed`, { cause: error });
  }
  if (exact) assertDecoded(found, wantedOf(sample));
}

function failureOf(decoding: Promise<unknown>): Promise<unknown> {
  return decoding.then(
    () => assert.fail('it was decoded'),
    (error: unknown) => error,
  );
}
