import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRootdisk } from '../../src/core.ts';
import { callDeaf, type DeafMethod, partsDeafIn } from '../fixtures/deaf-parts.ts';
import { type Line, makeDisk, sha256, startLine } from '../fixtures/line.ts';

const disk = makeDisk();
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw',
  layers: ['raw'],
  digest: sha256(disk),
};
const methods: DeafMethod[] = ['resolve', 'list', 'prove', 'open', 'copyTo'];
const program = fileURLToPath(new URL('../fixtures/call-deaf.ts', import.meta.url));

let line: Line;
beforeEach(async () => {
  line = await startLine();
  line.offer(build, disk);
});
afterEach(() => line.close());

describe('an abort ends a call whose plug-in never settles', () => {
  test.each(methods)('in %s', async (method) => {
    const { cacheDir, mirrors } = line;
    const controller = new AbortController();
    const reason = new Error('stop');
    const { promise: isCalled, resolve } = Promise.withResolvers<void>();
    const call = callDeaf(method, { cacheDir, mirrors, signal: controller.signal }, resolve);
    call.catch(() => {});
    await Promise.race([isCalled, call]);
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(await line.visible()).toEqual([]);
    // Its name is free again.
    expect((await line.ensure()).origin).toBe('network');
  });

  test.each(['convertImage', 'inspectImage'] as const)('in the decoder of %s', async (verb) => {
    const input = join(line.folder, 'disk.raw');
    await writeFile(input, disk);
    const controller = new AbortController();
    const reason = new Error('stop');
    const abort = (): void => controller.abort(reason);
    const { convertImage, inspectImage } = createRootdisk(partsDeafIn('copyTo', abort));
    const options = { signal: controller.signal, from: ['raw'] };
    const call: Promise<unknown> =
      verb === 'convertImage'
        ? convertImage(input, join(line.folder, 'out.raw'), options)
        : inspectImage(input, options);
    await expect(call).rejects.toBe(reason);
  });

  test('and one that listens to the signal ends it after its own clean-up', async () => {
    const controller = new AbortController();
    let isTidy = false;
    const { ensureImage } = createRootdisk({
      ...partsDeafIn('list', () => {}),
      vendors: [
        {
          id: 'tidy',
          title: 'Tidy OS',
          apiVersion: 1,
          resolve: (_, { signal }) =>
            new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => {
                setImmediate(() => {
                  isTidy = true;
                  reject(signal.reason);
                });
              });
              controller.abort(new Error('stop'));
            }),
        },
      ],
    });
    const { cacheDir } = line;
    const call = ensureImage('tidy', { cacheDir, signal: controller.signal });
    await expect(call).rejects.toThrow('stop');
    expect(isTidy).toBe(true);
  });
});

test.each(methods)(
  'an empty event loop is an ERR_PLUGIN that names %s, not a warning of Node',
  async (method) => {
    const options = [method, line.cacheDir, JSON.stringify(line.mirrors)];
    const child = spawn(process.execPath, [program, ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = once(child, 'close');
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      closed,
    ]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ERR_PLUGIN: .*\.(resolve|list|prove|copyTo)\(\) never ends/);
    expect(code).toBe(0);
  },
);
