import type { ByteSource } from '../../../src/kit.ts';

/** Bytes in memory that are all there. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    readyBytes: bytes.length,
    grown: async () => {},
    read: async (position, length) => bytes.slice(position, position + length),
    async *stream() {
      yield bytes;
    },
  };
}
