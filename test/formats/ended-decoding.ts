import { expect } from 'vitest';
import type { Disk } from '../../src/kit.ts';
import { decodeContext } from './decode-context.ts';
import { decodeInto } from './decode-disk.ts';
import { PageSink } from './page-sink.ts';
import { SteppedSource } from './stepped-source.ts';

/** An image whose first bytes have arrived. */
export interface ArrivingImage {
  bytes: Uint8Array;
  readyBytes: number;
}

/** Aborts a decoder that waits: it ends with the reason, and writes nothing afterwards. */
export async function expectAbort(
  format: Disk,
  { bytes, readyBytes }: ArrivingImage,
  until: (sink: PageSink) => Promise<unknown> = () => new Promise(setImmediate),
): Promise<void> {
  const abort = new AbortController();
  const source = new SteppedSource(bytes, { readyBytes, sizeKnown: true });
  const sink = new PageSink();
  const done = decodeInto(format, source, sink, decodeContext({ signal: abort.signal }));
  await until(sink);
  const reason = new Error('enough');
  abort.abort(reason);
  await expect(done).rejects.toBe(reason);
  const written = sink.writtenBytes;
  source.grow(bytes.length);
  await new Promise(setImmediate);
  expect(sink.writtenBytes).toBe(written);
}

/** Ends the transfer with an error: it is the decoder's error too. */
export async function expectTransferFailure(
  format: Disk,
  { bytes, readyBytes }: ArrivingImage,
): Promise<void> {
  const source = new SteppedSource(bytes, { readyBytes, sizeKnown: true });
  const done = decodeInto(format, source, new PageSink());
  const failure = new Error('connection lost');
  source.fail(failure);
  await expect(done).rejects.toBe(failure);
}

/** Fails some writes of the sink: the decoder ends with that error when no other write is running. Returns the sink. */
export async function expectSinkFailure(
  format: Disk,
  bytes: Uint8Array,
  fails: (position: number, length: number) => boolean,
): Promise<PageSink> {
  const sink = new PageSink();
  const full = new Error('no space');
  let running = 0;
  const write = sink.write.bind(sink);
  sink.write = async (position, piece) => {
    running += 1;
    await new Promise(setImmediate);
    running -= 1;
    if (fails(position, piece.length)) throw full;
    await write(position, piece);
  };
  await expect(decodeInto(format, bytes, sink)).rejects.toBe(full);
  expect(running).toBe(0);
  return sink;
}
