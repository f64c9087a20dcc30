import { promisify } from 'node:util';
import { defined } from '../../kit/defined.ts';
import { contentEncoding, isOwnPacking, mayBePacked } from '../content-encoding.ts';
import type { Answer } from '../wire/answer.ts';

type Unpack = (
  bytes: Uint8Array,
  options: { maxOutputLength: number; finishFlush?: number },
) => Promise<Uint8Array>;

/**
 * The document in the received bytes: a compression for the transfer is removed, a stored compression stays. Returns
 * the name of an unknown encoding. `isCut`: the end of the bytes may be missing. Throws the engine's error for
 * damaged bytes, and `ERR_BUFFER_TOO_LARGE` for more than `maxBytes`.
 */
export async function unpackDocument(
  answer: Answer,
  bytes: Uint8Array,
  { maxBytes, isCut }: { maxBytes: number; isCut: boolean },
): Promise<Uint8Array | { encoding: string }> {
  const encoding = contentEncoding(answer.headers);
  if (encoding === undefined || !mayBePacked(encoding, bytes)) return bytes;
  const zlib = process.getBuiltinModule('node:zlib');
  const engines = new Map<string, [Unpack, number]>([
    ['gzip', [promisify(zlib.gunzip), zlib.constants.Z_SYNC_FLUSH]],
    ['x-gzip', [promisify(zlib.gunzip), zlib.constants.Z_SYNC_FLUSH]],
    ['deflate', [promisify(zlib.inflate), zlib.constants.Z_SYNC_FLUSH]],
    ['br', [promisify(zlib.brotliDecompress), zlib.constants.BROTLI_OPERATION_FLUSH]],
  ]);
  const engine = engines.get(encoding);
  if (engine === undefined) return isOwnPacking(encoding, answer.url) ? bytes : { encoding };
  const [unpack, finishFlush] = engine;
  const options = {
    maxOutputLength: maxBytes,
    ...defined({ finishFlush: isCut ? finishFlush : undefined }),
  };
  const { buffer, byteOffset, byteLength } = await unpack(bytes, options);
  const inner = new Uint8Array(buffer, byteOffset, byteLength);
  // A `.gz` whose header describes the file itself; if it had been compressed again for the transfer, a `.gz` would
  // be inside.
  const isStored = isOwnPacking(encoding, answer.url) && !mayBePacked(encoding, inner);
  return isStored ? bytes : inner;
}
