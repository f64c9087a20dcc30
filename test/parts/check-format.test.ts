import { describe, expect, test } from 'vitest';
import type { ByteSource, Codec, DecodeContext, Disk, DiskSink, Format } from '../../src/kit.ts';
import { defaultLimits } from '../../src/kit.ts';
import { checkFormat } from '../../src/parts/check-format.ts';

const bytes = new Uint8Array(512);
const source: ByteSource = {
  sizeBytes: bytes.length,
  readyBytes: bytes.length,
  grown: async () => {},
  read: async () => bytes,
  async *stream() {
    yield bytes;
  },
};
const sink: DiskSink = {
  zeroed: true,
  setSize: async () => {},
  write: async () => {},
  zero: async () => {},
};
const context: DecodeContext = {
  signal: new AbortController().signal,
  limits: defaultLimits,
  log: () => {},
  allow: [],
  allows: () => false,
  spool: () => source,
  tasks: { width: 1, run: (task) => task() },
};
const image = { virtualSize: 512, facts: { features: [] }, copyTo: async () => {} };

/** A codec of a plug-in in plain JavaScript. */
function codec(more: object): Codec {
  const plain = {
    kind: 'codec',
    id: 'odd',
    detect: () => true,
    async *decode() {
      yield bytes;
    },
    ...more,
  };
  return checked(plain) as Codec;
}

function disk(answer: unknown): Disk {
  const open = async () => answer;
  return checked({ kind: 'disk', id: 'odd', detect: () => true, open }) as Disk;
}

function checked(format: object): Format {
  return checkFormat(format as Format);
}

async function drain(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const named = (method: string) =>
  expect.objectContaining({ code: 'ERR_PLUGIN', details: { plugin: 'odd', method } });

describe('an answer of a format that breaks the contract is ERR_PLUGIN, naming the format', () => {
  test.each([
    ['nothing', () => undefined],
    ['a number', () => 1],
    ['a promise', async () => true],
    [
      'an exception',
      () => {
        throw new TypeError('no head');
      },
    ],
  ])('detect: %s', (_title, detect) => {
    expect(() => codec({ detect }).detect({ head: bytes })).toThrow(named('detect'));
  });

  test.each([
    ['nothing', () => undefined],
    ['a promise of bytes', async () => bytes],
    [
      'chunks of text',
      async function* () {
        yield 'text';
      },
    ],
    [
      'an exception in the middle',
      async function* () {
        yield bytes;
        throw new RangeError('out of range');
      },
    ],
  ])('decode: %s', async (_title, decode) => {
    await expect(drain(codec({ decode }).decode(source, context))).rejects.toThrow(named('decode'));
  });

  test('the other methods of a codec', async () => {
    const odd = codec({ size: async () => -1, detectFurther: async () => 'yes' });
    await expect(odd.size?.(source)).rejects.toThrow(named('size'));
    await expect(odd.detectFurther?.(source, context)).rejects.toThrow(named('detectFurther'));
    const copyTo = async () => {
      throw new Error('no');
    };
    const copying = codec({ copyTo });
    await expect(copying.copyTo?.(source, sink, context)).rejects.toThrow(named('copyTo'));
  });

  test.each([
    ['nothing', undefined],
    ['an empty object', {}],
    ['an invalid size', { ...image, virtualSize: Number.NaN }],
    ['a negative size', { ...image, virtualSize: -512 }],
    ['a size as text', { ...image, virtualSize: '512' }],
    ['no facts', { ...image, facts: undefined }],
    ['features that are not a list', { ...image, facts: { features: 'v3' } }],
    ['no copyTo', { ...image, copyTo: undefined }],
  ])('open: %s', async (_title, answer) => {
    await expect(disk(answer).open(source, context)).rejects.toThrow(named('open'));
  });

  test.each([
    ['no sequence', () => []],
    ['an entry without a name', [{ source, finish: async () => {} }]],
    ['an entry without a source', [{ name: 'a', finish: async () => {} }]],
    ['an entry without an end', [{ name: 'a', source }]],
  ])('entries: %s', async (_title, answer) => {
    const entries =
      typeof answer === 'function'
        ? answer
        : async function* () {
            yield* answer;
          };
    const format = checked({ kind: 'archive', id: 'odd', detect: () => true, entries });
    if (format.kind !== 'archive') throw new Error('another kind');
    await expect(drain(format.entries(source, context))).rejects.toThrow(named('entries'));
  });
});

describe('an error after the answer names the format too', () => {
  const fail = async () => {
    throw new TypeError('no luck');
  };

  test('the copy of an open disk', async () => {
    const opened = await disk({ ...image, copyTo: fail }).open(source, context);
    await expect(opened.copyTo(sink)).rejects.toThrow(named('copyTo'));
  });

  test.each([
    ['the end of a member', 'finish', { name: 'a', source, finish: fail }],
    ['content that is spooled', 'entries', undefined],
  ])('%s', async (_title, method, entry) => {
    const format = checked({
      kind: 'archive',
      id: 'odd',
      detect: () => true,
      async *entries(_source: ByteSource, { spool }: DecodeContext) {
        const content = { [Symbol.asyncIterator]: () => ({ next: fail }) };
        yield entry ?? { name: 'a', source: spool(content), finish: async () => {} };
      },
    });
    if (format.kind !== 'archive') throw new Error('another kind');
    const spool: DecodeContext['spool'] = (content) => ({ ...source, stream: () => content });
    for await (const one of format.entries(source, { ...context, spool })) {
      const used = entry === undefined ? drain(one.source.stream()) : one.finish();
      await expect(used).rejects.toThrow(named(method));
    }
    expect.assertions(1);
  });
});

test('good answers pass, and an absent method stays absent', async () => {
  const good = codec({});
  expect(good.detect({ head: bytes })).toBe(true);
  expect(await drain(good.decode(source, context))).toEqual([bytes]);
  expect(Object.keys(good).toSorted()).toEqual(['decode', 'detect', 'id', 'kind']);
  const opened = await disk(image).open(source, context);
  expect(opened).toMatchObject({ virtualSize: 512, facts: { features: [] } });
  await opened.copyTo(sink);
  expect((await disk({ ...image, virtualSize: undefined }).open(source, context)).virtualSize).toBe(
    undefined,
  );
});

test('an error of the file system below a source is not attributed to the format', async () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC', syscall: 'write' });
  const decode = async function* () {
    yield bytes;
    throw full;
  };
  await expect(drain(codec({ decode }).decode(source, context))).rejects.toBe(full);
});
