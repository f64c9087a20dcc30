import { constants, type ZstdOptions } from 'node:zlib';
import { refuse } from '../../../src/kit.ts';
import { zlibCode } from './zlib-code.ts';

/** Limits of a libzstd decoder as powers of two. */
const smallestWindow = 10;
export const greatestWindow = 30;

/** The memory parameters of Node's zstd; a window limit between two powers of two is checked at the frame header. */
export function zstdParams(windowLimit: number): NonNullable<ZstdOptions['params']> {
  const log = Math.ceil(Math.log2(Math.max(1, windowLimit)));
  return {
    [constants.ZSTD_d_windowLogMax]: Math.min(greatestWindow, Math.max(smallestWindow, log)),
  };
}

/**
 * The typed error for an error of Node's zstd, whose codes have the names of libzstd; other errors are returned
 * unchanged.
 */
export function explainZstd(error: unknown): unknown {
  const code = zlibCode(error);
  const more = { format: 'zst', cause: error };
  switch (code) {
    case 'ZSTD_error_checksum_wrong':
      return refuse('checksum', 'A zstd frame does not match its checksum', more);
    case 'ZSTD_error_frameParameter_windowTooLarge':
      return refuse('limit', 'A zstd frame needs a window above the limit', more);
    case 'ERR_BUFFER_TOO_LARGE':
      return refuse('corrupt-data', 'The zstd data decodes to more than it may', more);
    case 'Z_BUF_ERROR':
      return refuse('corrupt-data', 'The zstd data of a frame ends too early', more);
    default:
      if (error instanceof Error && code?.startsWith('ZSTD_error_')) {
        return refuse('corrupt-data', `The zstd data is damaged: ${error.message}`, more);
      }
      return error;
  }
}
