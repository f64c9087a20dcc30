import { type DecodeError, refuse } from '../../src/kit.ts';
import { zlibCode } from '../shared/codecs/zlib-code.ts';
import { gzipMagic } from './magic.ts';

/** The error for a file without a gzip header. */
export function badStart(head: Uint8Array): DecodeError {
  if (head.length < gzipMagic.length) {
    return refuse('truncated', 'The gzip file ends in its first header', { format: 'gz' });
  }
  return refuse('corrupt-header', 'This is not gzip: the magic bytes are missing', {
    format: 'gz',
    offset: 0,
  });
}

/** The error for a file that ends inside a member. */
export function cutMember(cause?: unknown): DecodeError {
  return refuse('truncated', 'The gzip file ends inside a member', { format: 'gz', cause });
}

/** Only zlib's message tells the causes of `Z_DATA_ERROR` apart. */
export function explainGzip(error: unknown): unknown {
  const code = zlibCode(error);
  if (code === 'Z_BUF_ERROR') return cutMember(error);
  if (!(error instanceof Error) || code !== 'Z_DATA_ERROR') return error;
  return damagedMember(error.message, error);
}

/** The error for a damaged member, with zlib's message. */
export function damagedMember(words: string, cause?: unknown): DecodeError {
  const more = { format: 'gz', cause };
  switch (words) {
    case 'unknown compression method':
      return refuse('unsupported-feature', 'A gzip member is not compressed with deflate', more);
    case 'unknown header flags set':
      return refuse('unsupported-feature', 'A gzip header uses reserved flags', more);
    case 'header crc mismatch':
      return refuse('checksum', 'A gzip header does not match its CRC', more);
    case 'incorrect data check':
      return refuse('checksum', 'A gzip member does not match its CRC32', more);
    case 'incorrect length check':
      return refuse('checksum', 'A gzip member does not match its stated length', more);
    default:
      return refuse('corrupt-data', `The gzip data is damaged: ${words}`, more);
  }
}
