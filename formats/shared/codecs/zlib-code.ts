/** Messages of libzstd (`ZSTD_getErrorName`), which Deno gives instead of a code. */
const sentences: Readonly<Record<string, string>> = {
  "Restored data doesn't match checksum": 'ZSTD_error_checksum_wrong',
  'Frame requires too much memory for decoding': 'ZSTD_error_frameParameter_windowTooLarge',
};
const start = 'Zstd decompress error: ';

/** The code of an error of `node:zlib`, which also has codes of libzstd; `undefined` for other errors. */
export function zlibCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string') return code;
  if (!error.message.startsWith(start)) return undefined;
  return sentences[error.message.slice(start.length)] ?? 'ZSTD_error_GENERIC';
}
