import { acmez } from '../../../examples/acme-vendor/src/acmez.ts';
import { formatSample } from '../../../examples/acme-vendor/test/samples.ts';
import { qcow2 } from '../../../formats/qcow2.ts';
import { type Codec, type Disk, type Format, isImageError } from '../../../src/kit.ts';
import { buildQcow2Image, buildRawDisk, checkFormat } from '../../../src/testing/index.ts';
import type { PartMutant } from './part-mutant.ts';

/** The good codec, with another `decode`. */
function decoding(decode: Codec['decode']): Codec {
  return { ...acmez, decode };
}

/** Changes its errors. */
function failing(change: (error: unknown) => unknown): Codec {
  return decoding(async function* (source, context) {
    try {
      yield* acmez.decode(source, context);
    } catch (error) {
      const changed = change(error);
      if (changed !== undefined) throw changed;
    }
  });
}

/** Only what has arrived already. */
const impatient = decoding(async function* (source, context) {
  const bytes = await source.read(0, Math.max(source.readyBytes, 20));
  const piece = async function* () {
    yield bytes;
  };
  yield* acmez.decode({ ...source, stream: piece }, context);
});

const deaf = decoding((source, context) => {
  return acmez.decode(source, { ...context, signal: new AbortController().signal });
});

const broken: readonly [id: string, what: string, format: Format][] = [
  ['describes-itself', 'an id with a space', { ...acmez, id: 'acme z' }],
  ['detects', 'nothing is detected', { ...acmez, detect: () => false }],
  ['detects', 'everything is detected', { ...acmez, detect: () => true }],
  [
    'detects-without-throwing',
    'a short head throws',
    {
      ...acmez,
      detect({ head }) {
        if (head.length < 7) throw new RangeError('too short');
        return true;
      },
    },
  ],
  [
    'decodes',
    'the last piece is left out',
    decoding(async function* (source, context) {
      let held: Uint8Array | undefined;
      for await (const piece of acmez.decode(source, context)) {
        if (held !== undefined) yield held;
        held = piece;
      }
    }),
  ],
  ['decodes-what-arrives', 'it does not wait', impatient],
  ['reads-to-the-end', 'the end is not read', endless()],
  ['states-its-size', 'the length of the file', { ...acmez, size: async () => 7 }],
  [
    'copies-out-of-order',
    'nothing is written',
    { ...acmez, copyTo: async (_, sink) => await sink.setSize(1024 * 1024) },
  ],
  ['refuses-cut-files', 'a cut file is a whole one', failing(() => undefined)],
  [
    'survives-changed-files',
    'errors without a type',
    failing((error) => (isImageError(error) ? new Error('bad') : error)),
  ],
  ['aborts', 'the signal is passed over', deaf],
  [
    'passes-failures-on',
    'an error of its own',
    failing((error) => (isImageError(error) ? error : new Error('failed'))),
  ],
];

/** Stops before the last byte. */
function endless(): Codec {
  return decoding(async function* (source) {
    await source.read(0, formatSample.bytes.length - 1);
    yield formatSample.content ?? new Uint8Array(0);
  });
}

const virtualSize = 1024 * 1024;
const content = buildRawDisk({ virtualSize });
const disk = buildQcow2Image({
  virtualSize,
  extents: [{ position: 0, bytes: content.subarray(0, 512) }],
});
/** Assumes that every disk is new. */
const trusting: Disk = {
  ...qcow2,
  async open(source, context) {
    const image = await qcow2.open(source, context);
    return {
      ...image,
      copyTo: (sink) =>
        image.copyTo({
          zeroed: true,
          setSize: (bytes) => sink.setSize(bytes),
          write: (position, bytes) => sink.write(position, bytes),
          zero: (position, length) => sink.zero(position, length),
        }),
    };
  },
};

export const formatMutants: readonly PartMutant[] = [
  ...broken.map(([id, what, format]) => ({
    id: `format/${id}`,
    what,
    cases: () => checkFormat(format, formatSample),
  })),
  {
    id: 'format/overwrites-a-device',
    what: 'holes of a used disk are left as they are',
    cases: () => checkFormat(trusting, { bytes: disk.bytes, content }),
  },
];
