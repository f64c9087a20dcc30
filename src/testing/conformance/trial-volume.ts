import assert from 'node:assert/strict';
import type { ByteSource } from '../../contracts/bytes.ts';
import type { FileSystemContext } from '../../contracts/file-system.ts';
import { isImageError } from '../../errors.ts';

/**
 * A volume in memory. It refuses invalid positions and lengths, and a stream: a reader must read only the parts that
 * it needs.
 */
export class TrialVolume implements ByteSource {
  readonly sizeBytes: number;
  readonly readyBytes: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.sizeBytes = bytes.length;
    this.readyBytes = bytes.length;
  }

  async grown(): Promise<void> {}

  /** Cases replace it in order to fail or to abort. */
  read: ByteSource['read'] = async (position, length) => {
    const isRange = Number.isSafeInteger(position) && position >= 0 && length >= 0;
    assert.ok(isRange && !Number.isNaN(length), `it reads ${length} bytes at ${position}`);
    await new Promise(setImmediate);
    return this.#bytes.slice(position, position + length);
  };

  stream(): AsyncIterable<Uint8Array> {
    throw new assert.AssertionError({ message: 'it streams the volume instead of reading parts' });
  }
}

export function volumeContext(
  signal: AbortSignal = new AbortController().signal,
): FileSystemContext {
  return { signal, log: () => {} };
}

/** The bytes that `detect` receives: the first 256 KiB. */
export function headOf(bytes: Uint8Array): { head: Uint8Array; sizeBytes: number } {
  return { head: bytes.slice(0, 256 * 1024), sizeBytes: bytes.length };
}

/** Asserts that `detect` is true for these bytes, and throws for no beginning of them. */
export function assertDetects(
  format: { detect(at: { head: Uint8Array; sizeBytes?: number }): boolean },
  bytes: Uint8Array,
  message: string,
): void {
  assert.equal(format.detect(headOf(bytes)), true, message);
  for (let length = 0; length <= 600; length += length < 64 ? 1 : 67) {
    const { head } = headOf(bytes.slice(0, length));
    assert.equal(typeof format.detect({ head }), 'boolean', `${length} bytes`);
  }
}

export function assertBytes(found: Uint8Array, wanted: Uint8Array, what: string): void {
  assert.equal(found.length, wanted.length, `${what} has ${found.length} bytes`);
  const at = wanted.findIndex((byte, index) => byte !== found[index]);
  assert.equal(at, -1, `${what} differs at ${at}`);
}

/** Asserts that an error is one that users may see: typed, with a hint. */
export function assertTyped(error: unknown, what: string): void {
  assert.ok(isImageError(error), `${what}: the error is not typed: ${String(error)}`);
}

/** Copies of the volume with one changed byte; more of them near the start, where structures begin. */
export function* changedVolumes(
  bytes: Uint8Array,
): Generator<{ bytes: Uint8Array; place: number }> {
  const places = new Set<number>();
  for (let at = 0; at < Math.min(bytes.length, 512); at += 3) places.add(at);
  for (let part = 1; part < 64; part += 1) places.add(Math.floor((bytes.length * part) / 64));
  for (const place of places) {
    const changed = Uint8Array.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ (place % 2 === 0 ? 0xff : 0x01);
    yield { bytes: changed, place };
  }
}

/** Lengths to which a volume is truncated. */
export function cutsOf(bytes: Uint8Array): number[] {
  const parts = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99];
  return [...parts.map((part) => Math.floor(bytes.length * part)), bytes.length - 1];
}

export function rejectionOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => assert.fail('it ended well'),
    (error: unknown) => error,
  );
}
