import type { Writable } from 'node:stream';
import { escapeControls } from './format.ts';

/**
 * Watches both streams from now on; what comes back waits until everything is written, and is false when results were
 * lost. A reader that has seen enough, such as `head`, loses nothing.
 */
export function flushStreams(stdout: Writable, stderr: Writable): () => Promise<boolean> {
  let lost: Error | undefined;
  stdout.on('error', (error) => {
    if (!('code' in error && error.code === 'EPIPE')) lost ??= error;
  });
  stderr.on('error', () => {});
  return async () => {
    await flush(stdout);
    const why = lost && escapeControls(lost.message);
    if (lost !== undefined) stderr.write(`rootdisk: the result cannot be written: ${why}\n`);
    await flush(stderr);
    return lost === undefined;
  };
}

function flush(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
