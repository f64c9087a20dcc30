import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { refuse } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { describeKernel } from './kernel.ts';

/** Far above any kernel. */
export const maxKernelBytes: number = 256 * 1024 * 1024;

/**
 * The kernel inside gzip or an EFI zboot image, for hypervisors that unpack none themselves; a kernel of another kind
 * comes back as it is. Throws `ERR_DECODE` for a damaged one, `ERR_LIMIT` beyond `maxBytes`, and
 * `ERR_UNSUPPORTED_FORMAT` for a compression that is not known.
 */
export async function unpackKernel(
  bytes: Uint8Array,
  maxBytes: number = maxKernelBytes,
): Promise<Uint8Array> {
  const { kind, payload } = describeKernel(bytes.subarray(0, 4096));
  if (kind === 'gzip') return await unpack('gzip', bytes, maxBytes);
  if (kind !== 'efi-zboot' || payload === undefined) return bytes;
  const { offset, length, compression } = payload;
  if (offset < 64 || offset + length > bytes.length) {
    throw refuse('truncated', 'the packed kernel lies outside the file', { offset });
  }
  return await unpack(compression, bytes.subarray(offset, offset + length), maxBytes);
}

async function unpack(
  compression: string,
  bytes: Uint8Array,
  maxBytes: number,
): Promise<Uint8Array> {
  const options = { maxOutputLength: maxBytes };
  try {
    if (compression === 'gzip') return await promisify(gunzip)(bytes, options);
    // Older tools wrote the level into the name.
    if (/^zstd\d*$/.test(compression)) return await promisify(zstdDecompress)(bytes, options);
  } catch (cause) {
    const isTooLong = cause instanceof RangeError;
    throw refuse(isTooLong ? 'limit' : 'corrupt-data', 'the packed kernel cannot be unpacked', {
      cause,
      ...defined({ limit: isTooLong ? maxBytes : undefined }),
    });
  }
  throw refuse('unsupported-variant', `a kernel packed with ${JSON.stringify(compression)}`, {
    hint: 'Take the kernel as it is published: leave kernelFormat out.',
  });
}
