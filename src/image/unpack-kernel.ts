import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import type { ByteSource } from '../contracts/bytes.ts';
import type { DecodeContext, Format } from '../contracts/format.ts';
import { defaultLimits, type Limits } from '../contracts/limits.ts';
import type { Log } from '../contracts/log.ts';
import { type DecodeError, isImageError, refuse } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { createTaskPool } from '../kit/task-pool.ts';
import { describeKernel } from './kernel.ts';
import { decodeLzmaAlone } from './lzma-alone.ts';

/** Far larger than any kernel. */
export const maxKernelBytes: number = 256 * 1024 * 1024;

/** The codecs for compressions that Node does not support, and the context for their decoders. */
export interface KernelUnpacking {
  formats: readonly Format[];
  signal: AbortSignal;
  limits?: Limits;
  log?: Log;
}

/**
 * The kernel inside gzip, an EFI zboot image or a bzImage (an ELF file), for hypervisors that do not unpack it
 * themselves; a kernel of another kind is returned unchanged. Throws `ERR_DECODE` for a damaged one, `ERR_LIMIT`
 * beyond `maxBytes`, and `ERR_UNSUPPORTED_FORMAT` for an unknown compression, or one whose codec is not in `formats`.
 */
export async function unpackKernel(
  bytes: Uint8Array,
  maxBytes: number = maxKernelBytes,
  unpacking?: KernelUnpacking,
): Promise<Uint8Array> {
  const { kind, payload } = describeKernel(bytes.subarray(0, 4096));
  if (kind === 'gzip') return await unpack('gzip', bytes, maxBytes, unpacking);
  if (kind === 'bzimage') return await unpackBzimage(bytes, maxBytes, unpacking);
  if (kind !== 'efi-zboot' || payload === undefined) return bytes;
  const { offset, length, compression } = payload;
  if (offset < 64 || offset + length > bytes.length) throw outside(offset);
  return await unpack(compression, bytes.subarray(offset, offset + length), maxBytes, unpacking);
}

/** Documentation/arch/x86/boot.rst: the setup header states the position of the payload after the real-mode code. */
async function unpackBzimage(
  bytes: Uint8Array,
  maxBytes: number,
  unpacking: KernelUnpacking | undefined,
): Promise<Uint8Array> {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isTold = head.length >= 0x250 && head.readUInt16LE(0x206) >= 0x208;
  const length = isTold ? head.readUInt32LE(0x24c) : 0;
  if (length === 0) return bytes;
  const setup = ((head[0x1f1] ?? 0) || 4) + 1;
  const offset = setup * 512 + head.readUInt32LE(0x248);
  if (length < 8 || offset + length > bytes.length) throw outside(offset);
  const payload = head.subarray(offset, offset + length);
  const compression = compressions.find(([magic]) =>
    payload.toString('hex', 0, 8).startsWith(magic),
  )?.[1];
  if (compression === 'none') return payload;
  // In all formats except gzip, the unpacked length follows the data.
  const isSized = compression !== 'gzip';
  const packed = isSized ? payload.subarray(0, -4) : payload;
  const size = isSized ? payload.readUInt32LE(payload.length - 4) : maxBytes;
  if (isSized && size > maxBytes) throw tooLong(maxBytes);
  const kernel = await unpack(
    compression ?? 'unknown',
    packed,
    isSized ? size : maxBytes,
    unpacking,
  );
  if (
    describeKernel(kernel.subarray(0, 4096)).kind !== 'elf' ||
    (isSized && kernel.length !== size)
  ) {
    throw refuse('corrupt-data', 'the packed kernel does not match its header');
  }
  return kernel;
}

/** By the first bytes of the payload (lib/decompress.c of Linux). */
const compressions = [
  ['1f8b', 'gzip'],
  ['28b52ffd', 'zstd'],
  ['fd377a585a00', 'xz'],
  ['425a68', 'bz2'],
  ['02214c18', 'lz4'],
  ['5d0000', 'lzma'],
  ['894c5a4f', 'lzo'],
  ['7f454c46', 'none'],
] as const;

async function unpack(
  compression: string,
  bytes: Uint8Array,
  maxBytes: number,
  unpacking: KernelUnpacking | undefined,
): Promise<Uint8Array> {
  const options = { maxOutputLength: maxBytes };
  try {
    if (compression === 'gzip') return await promisify(gunzip)(bytes, options);
    // Older tools wrote the level into the name.
    if (/^zstd\d*$/.test(compression)) return await promisify(zstdDecompress)(bytes, options);
    if (compression === 'lzma') return decodeLzmaAlone(bytes, maxBytes);
    const id = { xzkern: 'xz', bzip2: 'bz2' }[compression] ?? compression;
    const codec = unpacking?.formats.find((one) => one.id === id);
    if (codec?.kind === 'codec' && unpacking !== undefined) {
      return await collect(codec.decode(sourceOf(bytes), contextOf(unpacking)), maxBytes);
    }
  } catch (cause) {
    if (isImageError(cause)) throw cause;
    if (cause instanceof RangeError) throw tooLong(maxBytes, cause);
    throw refuse('corrupt-data', 'the packed kernel cannot be unpacked', { cause });
  }
  throw refuse('unsupported-variant', `a kernel packed with ${JSON.stringify(compression)}`, {
    hint: 'Take the kernel as it is published: leave out kernelFormat (--kernel-format).',
  });
}

async function collect(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const whole: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > maxBytes) throw tooLong(maxBytes);
    whole.push(Buffer.from(chunk));
  }
  return Buffer.concat(whole, total);
}

function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    readyBytes: bytes.length,
    grown: async () => {},
    read: async (position, length) => bytes.subarray(position, position + length),
    async *stream() {
      yield bytes;
    },
  };
}

function contextOf({
  signal,
  limits = defaultLimits,
  log = () => {},
}: KernelUnpacking): DecodeContext {
  return {
    ...{ limits, signal, log, tasks: createTaskPool(2), allow: [], allows: () => false },
    spool: () => {
      throw refuse('unsupported-variant', 'the packed kernel needs a scratch file');
    },
  };
}

function outside(offset: number): DecodeError {
  return refuse('truncated', 'the packed kernel lies outside the file', { offset });
}

function tooLong(limit: number, cause?: unknown): DecodeError {
  return refuse('limit', 'the packed kernel cannot be unpacked', { limit, ...defined({ cause }) });
}
