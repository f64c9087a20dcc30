import type { ByteSource } from '../../../src/kit.ts';

/** Complete bytes in memory. */
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
