import type {
  Archive,
  Codec,
  DecodeContext,
  Disk,
  DiskImage,
  Format,
  Probe,
} from '../contracts/format.ts';
import { defined } from '../kit/defined.ts';
import { pluginFailure } from './call-plugin.ts';
import { checkAnswer, listOf, optional, record, type Shape, shape, shapes } from './shape.ts';

const { anyText, bytes, flag, method, size } = shapes;

/**
 * Wraps a format so that each of its answers is checked against the contract: `ERR_PLUGIN` names the format and the
 * method.
 */
export function checkFormat(format: Format): Format {
  switch (format.kind) {
    case 'codec':
      return checkCodec(format);
    case 'archive':
      return checkArchive(format);
    case 'disk':
      return checkDisk(format);
  }
}

const entry = record({
  name: anyText,
  sizeBytes: optional(size),
  source: record({ grown: method, read: method, stream: method }),
  finish: method,
});

const facts = record({ features: listOf(anyText), variant: optional(anyText) });
const image = record({ virtualSize: optional(size), facts, copyTo: method });
const footer = record({ virtualSize: size, facts });

const iterable: Shape = shape('a sequence that is read with for await', (value) => {
  return typeof Object(value)[Symbol.asyncIterator] === 'function';
});

function checkCodec(codec: Codec): Codec {
  const { kind, id } = codec;
  return {
    kind,
    id,
    detect: (probe) => detect(codec, probe),
    decode: (source, context) =>
      each(id, 'decode', () => codec.decode(source, context), bytes, context),
    ...defined({
      size:
        codec.size &&
        (async (source) => checkAnswer(id, 'size', await codec.size?.(source), optional(size))),
      detectFurther:
        codec.detectFurther &&
        (async (source, context) => {
          const found = await codec.detectFurther?.(source, context);
          return checkAnswer(id, 'detectFurther', found ?? false, flag);
        }),
      copyTo:
        codec.copyTo &&
        ((source, sink, context) => {
          const copy = async () => await codec.copyTo?.(source, sink, context);
          return named(id, 'copyTo', context.signal, copy);
        }),
    } satisfies Pick<
      { [K in keyof Codec]: Codec[K] | undefined },
      'size' | 'detectFurther' | 'copyTo'
    >),
  };
}

function checkArchive(archive: Archive): Archive {
  const { kind, id } = archive;
  return {
    kind,
    id,
    detect: (probe) => detect(archive, probe),
    async *entries(source, context, wanted) {
      const open = () => archive.entries(source, namedSpool(id, context), wanted);
      for await (const one of each(id, 'entries', open, entry, context)) {
        const end = () => named(id, 'finish', context.signal, () => one.finish());
        const { name, sizeBytes } = one;
        yield { name, source: one.source, finish: end, ...defined({ sizeBytes }) };
      }
    },
  };
}

/** The stream that an archive spools is also plug-in code; it runs while a member is read. */
function namedSpool(id: string, context: DecodeContext): DecodeContext {
  const spool: DecodeContext['spool'] = (content) =>
    context.spool(each(id, 'entries', () => content, bytes, context));
  return { ...context, spool };
}

function checkDisk(disk: Disk): Disk {
  const { kind, id } = disk;
  return {
    kind,
    id,
    detect: (probe) => detect(disk, probe),
    open: (source, context) =>
      named(id, 'open', context.signal, async () => {
        const opened = checkAnswer(id, 'open', await disk.open(source, context), image);
        return checkImage(id, opened, context.signal);
      }),
    ...defined({
      readFooter:
        disk.readFooter &&
        ((...about: Parameters<NonNullable<Disk['readFooter']>>) => {
          const ask = () => disk.readFooter?.(...about);
          return checkAnswer(id, 'readFooter', atOnce(id, 'readFooter', ask), optional(footer));
        }),
    }),
  };
}

function checkImage(id: string, opened: DiskImage, signal: AbortSignal): DiskImage {
  return {
    virtualSize: opened.virtualSize,
    facts: opened.facts,
    copyTo: (sink) => named(id, 'copyTo', signal, () => opened.copyTo(sink)),
  };
}

/** Called for every format and every file. */
function detect(format: Format, probe: Probe): boolean {
  const ask = () => format.detect(probe);
  return atOnce(format.id, 'detect', () => checkAnswer(format.id, 'detect', ask(), flag));
}

/** Calls a synchronous method, which has no signal. */
function atOnce<T>(id: string, method: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw pluginFailure(error, id, method, AbortSignal.any([]));
  }
}

/** Passes on a sequence, item by item. */
async function* each<T>(
  id: string,
  method: string,
  open: () => AsyncIterable<T>,
  item: Shape,
  { signal }: DecodeContext,
): AsyncIterable<T> {
  try {
    for await (const value of checkAnswer(id, method, open(), iterable)) {
      yield checkAnswer(id, method, value, item);
    }
  } catch (error) {
    throw isOfSystem(error) ? error : pluginFailure(error, id, method, signal);
  }
}

async function named<T>(
  id: string,
  method: string,
  signal: AbortSignal,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw isOfSystem(error) ? error : pluginFailure(error, id, method, signal);
  }
}

/**
 * A full disk below a source or sink is not the fault of the format; the owner of the file names it in its own error.
 */
export function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
