import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { iso } from '../../../formats/iso.ts';
import { DecodeError } from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { arrive, decodeInto } from '../decode-disk.ts';
import { LateSink } from '../late-sink.ts';
import { content } from '../qcow2/disk.ts';
import { streamOnlySource, wholeSource } from '../shared/byte-sources.ts';
import { refusalOf, sha256 } from '../shared/decoding.ts';
import { SteppedSource } from '../stepped-source.ts';

const sectorBytes = 2048;
const MiB = 1024 * 1024;

interface Disc {
  /** The content of the volume descriptors, from sector 16 on: type and name. */
  descriptors?: [number, string][];
  name?: string;
  hybrid?: boolean;
  /** Sectors of the file, and of the volume if the number differs. */
  sectors?: number;
  volumeSectors?: number;
}

const iso9660: [number, string][] = [
  [1, 'CD001'],
  [255, 'CD001'],
];
const udf: [number, string][] = [
  [0, 'BEA01'],
  [0, 'NSR02'],
  [0, 'TEA01'],
];

/** A disc without files: system area, volume descriptors, and noise. */
function makeDisc({
  descriptors = iso9660,
  name = 'TEST',
  hybrid = false,
  ...more
}: Disc): Uint8Array {
  const { sectors = 700, volumeSectors = sectors } = more;
  const bytes = new Uint8Array(sectors * sectorBytes);
  const dataAt = (16 + descriptors.length) * sectorBytes;
  if (bytes.length > dataAt) bytes.set(content('noise', 1, bytes.length - dataAt), dataAt);
  if (hybrid) bytes.set([0x55, 0xaa], 510);
  for (const [i, [type, id]] of descriptors.entries()) {
    const at = (16 + i) * sectorBytes;
    bytes.set([type, ...Buffer.from(id), 1], at);
    if (type !== 1 || id !== 'CD001') continue;
    bytes.set(Buffer.from(name.padEnd(32), 'latin1'), at + 40);
    const view = new DataView(bytes.buffer, at);
    view.setUint32(80, volumeSectors, true);
    view.setUint32(84, volumeSectors);
    view.setUint16(128, sectorBytes, true);
    view.setUint16(130, sectorBytes);
  }
  return bytes;
}

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe('recognises', () => {
  const discs: [string, string | undefined, string[], Disc][] = [
    ['ISO 9660', 'ISO 9660', ['volume TEST'], {}],
    ['an isohybrid', 'ISO 9660', ['isohybrid', 'volume TEST'], { hybrid: true }],
    ['UDF', 'UDF', [], { descriptors: udf }],
    ['UDF with a boot sector', 'UDF', ['isohybrid'], { descriptors: udf, hybrid: true }],
    [
      'UDF of version 3',
      'UDF',
      [],
      {
        descriptors: [
          [0, 'BEA01'],
          [0, 'BOOT2'],
          [0, 'NSR03'],
        ],
      },
    ],
    ['both at once', 'ISO 9660 and UDF', ['volume TEST'], { descriptors: [...iso9660, ...udf] }],
    [
      'a boot record before the volume',
      'ISO 9660',
      ['volume TEST'],
      { descriptors: [[0, 'CD001'], ...iso9660] },
    ],
    ['a volume without a name', 'ISO 9660', [], { name: '' }],
    [
      'a name that must not be printed',
      'ISO 9660',
      ['volume A?[31m?B'],
      { name: 'A\u001b[31m\u0085B' },
    ],
    [
      'the first primary descriptor',
      'ISO 9660',
      ['volume TEST'],
      {
        descriptors: [
          [1, 'CD001'],
          [2, 'CD001'],
        ],
      },
    ],
    ['no other name', undefined, [], { descriptors: [[1, 'CD002']] }],
    [
      'no UDF that only begins',
      undefined,
      [],
      {
        descriptors: [
          [0, 'BEA01'],
          [0, 'TEA01'],
        ],
      },
    ],
    ['no descriptor further on', undefined, [], { descriptors: [[0, 'xxxxx'], ...iso9660] }],
    ['no boot sector alone', undefined, [], { descriptors: [], hybrid: true }],
  ];

  test.each(discs)('%s', async (_, variant, features, disc) => {
    const bytes = makeDisc(disc);
    for (const length of [65_536, 131_072]) {
      expect(iso.detect({ head: bytes.subarray(0, length) })).toBe(variant !== undefined);
    }
    const opening = iso.open(wholeSource(bytes), decodeContext());
    if (variant === undefined) expect(await refusalOf(opening)).toBe('format-mismatch');
    else expect((await opening).facts).toEqual({ variant, features });
  });

  test('nothing in too few bytes', () => {
    const bytes = makeDisc({});
    for (const length of [0, 1, 512, 32_768, 32_773]) {
      expect(iso.detect({ head: bytes.subarray(0, length) })).toBe(false);
    }
  });
});

describe('copies', () => {
  const bytes = makeDisc({ hybrid: true, sectors: 1600, volumeSectors: 700 });

  test('the whole file, with the bytes after the volume', async () => {
    const image = await iso.open(wholeSource(bytes), decodeContext());
    expect(image.virtualSize).toBe(bytes.length);
    for (const junk of [0, 0xee]) {
      const sink = new LateSink(bytes.length, junk);
      await decodeInto(iso, bytes, sink);
      expect([sink.sizeBytes, sink.sha256()]).toEqual([bytes.length, sha256(bytes)]);
      expect(sink.mostRunning).toBe(1);
    }
  });

  test.each([true, false])('a file that is still arriving (size known: %s)', async (sizeKnown) => {
    for (const steps of [1, 4, 9]) {
      const source = new SteppedSource(bytes, { readyBytes: 0, sizeKnown });
      const sink = new LateSink(bytes.length);
      const done = decodeInto(iso, source, sink);
      await arrive(source, bytes.length, steps);
      await done;
      expect([sink.sizeBytes, sink.sha256()]).toEqual([bytes.length, sha256(bytes)]);
    }
  });

  test('the output of a codec, without random access after its head', async () => {
    const stream = streamOnlySource(inPieces(bytes, 100_000));
    const read = async (position: number, length: number): Promise<Uint8Array> => {
      if (position + length > 131_072) throw new Error('that is behind the head');
      return bytes.subarray(position, position + length);
    };
    const source = { ...stream, read };
    const image = await iso.open(source, decodeContext());
    expect(image.virtualSize).toBeUndefined();
    const sink = new LateSink(bytes.length);
    await image.copyTo(sink);
    expect([sink.sizeBytes, sink.sha256()]).toEqual([bytes.length, sha256(bytes)]);
  });

  test('a length that is not a whole number of sectors', async () => {
    const odd = bytes.subarray(0, -1001);
    const sink = new LateSink(bytes.length);
    await decodeInto(iso, odd, sink);
    expect([sink.sizeBytes, sink.sha256()]).toEqual([odd.length, sha256(odd)]);
  });
});

describe('refuses', () => {
  test('an empty file', async () => {
    expect(await refusalOf(iso.open(wholeSource(new Uint8Array()), decodeContext()))).toBe('empty');
  });

  test.each(['whole', 'arriving'])('a file that is shorter than its volume (%s)', async (how) => {
    const bytes = makeDisc({}).subarray(0, -1);
    const start = { readyBytes: 131_072, sizeKnown: false };
    const source = new SteppedSource(bytes, how === 'whole' ? 'whole' : start);
    const sink = new LateSink(bytes.length);
    const refusal = refusalOf(decodeInto(iso, source, sink));
    await arrive(source, bytes.length, 2);
    expect(await refusal).toBe('truncated');
    expect(sink.sizeBytes).toBe(-1);
  });

  test('a volume of 2^48 bytes in a small file', async () => {
    const bytes = makeDisc({ volumeSectors: 0xffff_ffff });
    expect(await refusalOf(iso.open(wholeSource(bytes), decodeContext()))).toBe('truncated');
  });

  test('a file that is shorter than its stated length', async () => {
    const bytes = makeDisc({});
    const source = { ...wholeSource(bytes), sizeBytes: bytes.length + 1 };
    const image = await iso.open(source, decodeContext());
    expect(await refusalOf(image.copyTo(new LateSink(2 * MiB)))).toBe('truncated');
  });

  test('more than is allowed: immediately if the length is known, else at the limit', async () => {
    const bytes = makeDisc({ sectors: 1600 });
    const context = decodeContext({ limits: { virtualBytes: bytes.length - 1 } });
    expect(await refusalOf(iso.open(wholeSource(bytes), context))).toBe('limit');
    const source = new SteppedSource(bytes, { readyBytes: 131_072, sizeKnown: false });
    const image = await iso.open(source, context);
    const sink = new LateSink(bytes.length);
    source.grow(bytes.length);
    expect(await refusalOf(image.copyTo(sink))).toBe('limit');
    expect(sink.sizeBytes).toBe(-1);
  });

  test('changed and cut bytes with a reason, or copies them unchanged', async () => {
    const disc = makeDisc({ descriptors: [...iso9660, ...udf], hybrid: true, sectors: 80 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(5 * sectorBytes), fc.nat(255)), { maxLength: 4 }),
        fc.nat(disc.length),
        async (flips, length) => {
          const bytes = disc.slice(0, length);
          for (const [at, value] of flips) bytes[16 * sectorBytes + at] = value;
          const sink = new LateSink(disc.length);
          try {
            await decodeInto(iso, bytes, sink);
            expect(sink.sha256()).toBe(sha256(bytes));
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
          }
        },
      ),
    );
  });
});

describe('ends', () => {
  const bytes = makeDisc({ sectors: 1600 });

  test('with the reason of an abort', async () => {
    const abort = new AbortController();
    const source = new SteppedSource(bytes, { readyBytes: MiB, sizeKnown: true });
    const context = decodeContext({ signal: abort.signal });
    const done = decodeInto(iso, source, new LateSink(bytes.length), context);
    const reason = { why: 'no longer wanted' };
    setImmediate(() => abort.abort(reason));
    await expect(done).rejects.toBe(reason);
  });

  test('with a failure of the transfer', async () => {
    const source = new SteppedSource(bytes, { readyBytes: MiB, sizeKnown: true });
    const done = decodeInto(iso, source, new LateSink(bytes.length));
    const failure = new Error('connection lost');
    source.fail(failure);
    await expect(done).rejects.toBe(failure);
  });

  test('with a failure of the sink', async () => {
    for (const failAt of [0, MiB, 3 * MiB]) {
      const sink = new LateSink(bytes.length);
      sink.failAt = failAt;
      await expect(decodeInto(iso, bytes, sink)).rejects.toThrow('the disk is full');
      expect(sink.running).toBe(0);
    }
  });
});
