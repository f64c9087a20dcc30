import type { ByteSource } from '../../../src/kit.ts';

/** Random access to a source whose end can be read now. */
export interface EndReader {
  sizeBytes: number;
  /** Exactly these bytes; `undefined` if the source gives fewer. */
  read(position: number, length: number): Promise<Uint8Array | undefined>;
}

/**
 * Access to the end of a source without waiting for a transfer: the source is complete, or ranges can be fetched ahead.
 * `undefined` if neither is true.
 */
export function openEnd(source: ByteSource): EndReader | undefined {
  const { sizeBytes } = source;
  if (sizeBytes === undefined) return undefined;
  const ready = source.readyBytes >= sizeBytes;
  if (!ready && source.ahead === undefined) return undefined;
  return {
    sizeBytes,
    async read(position, length) {
      if (position < 0) return undefined;
      const bytes = ready
        ? await source.read(position, length)
        : await source.ahead?.(position, length);
      return bytes?.length === length ? bytes : undefined;
    },
  };
}
