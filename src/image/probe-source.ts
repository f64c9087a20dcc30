import type { ByteSource } from '../contracts/bytes.ts';
import type { Probe } from '../contracts/format.ts';
import { defined } from '../kit/defined.ts';

export const headBytes: number = 128 * 1024;
const tailBytes = 64 * 1024;

/** Both ends of a source; the tail only if it has arrived, or if it is requested with `early` and can be fetched. */
export async function probeSource(source: ByteSource, early = false): Promise<Probe> {
  const head = await source.read(0, headBytes);
  const sizeBytes = source.sizeBytes;
  if (sizeBytes === undefined) return { head };
  const from = Math.max(0, sizeBytes - tailBytes);
  if (source.readyBytes < sizeBytes) {
    const tail = early
      ? await source.ahead?.(from, sizeBytes - from).catch(() => undefined)
      : undefined;
    return { head, sizeBytes, ...defined({ tail }) };
  }
  return { head, sizeBytes, tail: await source.read(from, sizeBytes - from) };
}
