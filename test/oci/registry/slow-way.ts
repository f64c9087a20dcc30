import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { sleep } from '../../../src/kit/abort.ts';

/** A proxy to a registry with a limited number of bytes per second, in each direction. */
export interface SlowWay {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Bytes received from the registry, and sent to it. */
  readonly passed: { down: number; up: number };
  /** Every first line of a request. */
  readonly heads: string[];
  bytesPerSecond: number;
  close(): Promise<void>;
}

export async function openSlowWay(to: string, bytesPerSecond: number): Promise<SlowWay> {
  const [, port = ''] = to.split(':');
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    for (const [from, into, way] of [
      [near, far, 'up'],
      [far, near, 'down'],
    ] as const) {
      sockets.add(from);
      from.on('error', () => into.destroy());
      from.once('close', () => into.destroy());
      void pass(from, into, way).catch(() => into.destroy());
    }
  });

  async function pass(from: Socket, into: Socket, way: 'up' | 'down'): Promise<void> {
    for await (const chunk of from) {
      if (way === 'up') slow.heads.push(...headsOf(chunk));
      for (let at = 0; at < chunk.length; at += 16_384) {
        const part = chunk.subarray(at, at + 16_384);
        if (into.destroyed) return;
        if (!into.write(part)) await once(into, 'drain');
        slow.passed[way] += part.length;
        await sleep((part.length / slow.bytesPerSecond) * 1000);
      }
    }
    into.end();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const slow: SlowWay = {
    host: `127.0.0.1:${address.port}`,
    passed: { down: 0, up: 0 },
    heads: [],
    bytesPerSecond,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return slow;
}

/** The first line and the range of a request that begins in a chunk. */
function headsOf(chunk: Buffer): string[] {
  const text = chunk.subarray(0, 4096).toString('latin1');
  const [, head] = /^((?:GET|HEAD|PUT|POST|PATCH) \S+) HTTP/.exec(text) ?? [];
  const [, range] = /^range: (\S+)/im.exec(text) ?? [];
  return head === undefined ? [] : [range === undefined ? head : `${head} ${range}`];
}
