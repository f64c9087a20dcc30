import { setTimeout as wait } from 'node:timers/promises';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';

export interface SlowUpstream {
  upstream: Upstream;
  /** Requests for the image, and the bytes sent for them. */
  fetches: number;
  bytes: number;
  /** Resolves at the first request for the image. */
  asked: Promise<void>;
}

const chunkBytes = 16 * 1024;

/** Serves an index immediately and an image at a rate that all connections share. */
export async function startSlowUpstream(
  index: [path: string, text: string],
  image: [path: string, bytes: Buffer],
  bytesPerSecond: number,
): Promise<SlowUpstream> {
  const upstream = await startUpstream({ [index[0]]: index[1] });
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const slow: SlowUpstream = { upstream, fetches: 0, bytes: 0, asked };
  const [path, bytes] = image;
  let freeAt = 0;
  /** Waits for a turn of the shared line. */
  const turn = async (length: number): Promise<void> => {
    freeAt = Math.max(freeAt, performance.now()) + (length / bytesPerSecond) * 1000;
    await wait(Math.max(0, freeAt - performance.now()));
  };
  upstream.route(path, async ({ method, headers }, response) => {
    const start = Number(/^bytes=(\d+)-/.exec(String(headers['range'] ?? ''))?.[1] ?? 0);
    const whole = { 'content-length': bytes.length - start, etag: '"1"', 'accept-ranges': 'bytes' };
    const range = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(start > 0 ? 206 : 200, start > 0 ? { ...whole, ...range } : whole);
    if (method === 'HEAD') return void response.end();
    slow.fetches += 1;
    resolve();
    for (let at = start; at < bytes.length && !response.destroyed; at += chunkBytes) {
      const chunk = bytes.subarray(at, at + chunkBytes);
      await turn(chunk.length);
      slow.bytes += chunk.length;
      response.write(chunk);
    }
    response.end();
  });
  return slow;
}
