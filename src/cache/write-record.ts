import type { Cache } from './cache.ts';
import { formatRecord, type ImageRecord } from './image-record.ts';
import { parseImageRecord } from './parse-image-record.ts';
import { placeText } from './place-text.ts';

/** Puts a record in place. Needs the lock of its name. Gives back what a reader will see. */
export async function writeRecord(cache: Cache, record: ImageRecord): Promise<ImageRecord> {
  const text = formatRecord(record);
  // What could not be read back would make a disk that is never found.
  const stored = parseImageRecord(text);
  await placeText(cache, record.name, cache.recordPathOf(record.name), text);
  return stored;
}
