import type { ByteSource } from '../../src/kit.ts';
import { readIndexesBack } from './indexes-back.ts';

/** The decoded length in the indexes of all streams; `undefined` if they cannot be read without waiting. */
export async function indexedSize(source: ByteSource): Promise<number | undefined> {
  let total = 0;
  const sound = await readIndexesBack(source, (_stream, _unpadded, uncompressed) => {
    total += uncompressed;
  });
  return sound && Number.isSafeInteger(total) ? total : undefined;
}
