import { get } from 'node:http';
import { connect } from 'node:net';

/** Receives one address in one way and prints the costs: `receive.ts got|http|socket URL`. The bytes are not kept. */
const [way = '', address = ''] = process.argv.slice(2);
const url = new URL(address);
let received = 0;

const ways: Record<string, () => Promise<void>> = {
  async got() {
    const { default: got } = await import('got');
    for await (const chunk of got.stream(url, { retry: { limit: 0 } })) received += chunk.length;
  },
  async http() {
    await new Promise<void>((resolve, reject) => {
      get(url, (response) => {
        response.on('data', (chunk: Buffer) => {
          received += chunk.length;
        });
        response.once('end', resolve).once('error', reject);
      }).once('error', reject);
    });
  },
  // The head comes with the first bytes and counts too.
  async socket() {
    await new Promise<void>((resolve, reject) => {
      const socket = connect({
        ...{ host: url.hostname, port: Number(url.port) },
        onread: {
          buffer: Buffer.allocUnsafeSlow(256 * 1024),
          callback(length) {
            received += length;
            return true;
          },
        },
      });
      socket.once('close', () => resolve()).once('error', reject);
      socket.write(
        `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`,
      );
    });
  },
};

const started = performance.now();
const before = process.cpuUsage();
await ways[way]?.();
const { user, system } = process.cpuUsage(before);
const seconds = (performance.now() - started) / 1000;
const peak = process.resourceUsage().maxRSS / 1000;
console.log(
  `${way}: ${(received / 1e6).toFixed(0)} MB in ${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of processor time, peak ${peak.toFixed(0)} MB`,
);
