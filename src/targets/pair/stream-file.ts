import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { inCache } from '../../cache/cache-error.ts';
import type { StreamFacts } from '../manifest/image-manifest.ts';

const pieceBytes = 256 * 1024;

/** The bytes of a file in order, in pieces. */
export async function* readPieces(path: string): AsyncGenerator<Uint8Array, void> {
  const handle = await inCache(path, 'read', () => open(path));
  try {
    for (;;) {
      const { bytesRead, buffer } = await inCache(path, 'read', () =>
        handle.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, null),
      );
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** Length, sha1 and compression of a file, computed from its bytes. */
export async function readStreamFacts(
  path: string,
  signal: AbortSignal,
): Promise<StreamFacts & { compression: string }> {
  const sha1 = createHash('sha1');
  let compression: string | undefined;
  let size = 0;
  for await (const piece of readPieces(path)) {
    signal.throwIfAborted();
    compression ??= detectCompression(piece);
    sha1.update(piece);
    size += piece.length;
  }
  return { sha1: sha1.digest('hex'), size, compression: compression ?? 'none' };
}

const magics: readonly (readonly [compression: string, magic: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
];

/** The manifest's name for the compression of a file with these first bytes. */
export function detectCompression(head: Uint8Array): string {
  const found = magics.find(([, magic]) => magic.every((byte, index) => head[index] === byte));
  return found?.[0] ?? 'none';
}
