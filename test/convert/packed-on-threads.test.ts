import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { convertImage } from '../../src/index.ts';
import { main } from '../cli/spawn-cli.ts';
import { sha256 } from '../fixtures/line.ts';
import { content } from '../formats/qcow2/disk.ts';

const MiB = 1024 * 1024;
const disk = content('text', 1, 24 * MiB);
let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-packed-'));
  await writeFile(at('disk.raw'), disk);
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(['qcow2,compression=zlib', 'qcow2,compression=zstd', 'vmdk', 'ova'])('%s', (to) => {
  test('a thread a core packs it, and progress goes to the end without a step back', async () => {
    const steps: number[] = [];
    let threads = 0;
    const onWorker = (_: Worker): void => {
      threads += 1;
    };
    process.on('worker', onWorker);
    await convertImage(at('disk.raw'), at('image'), {
      ...{ to, from: ['raw'], force: true },
      onProgress: (bytes) => steps.push(bytes),
    });
    process.off('worker', onWorker);
    // The disk may be looked at before it is packed, by threads of the same number.
    const looks = to.startsWith('qcow2') ? 1 : 2;
    expect(threads).toBe(looks * Math.min(16, availableParallelism()));
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect([steps.length > 2, steps.at(-1)]).toEqual([true, disk.length]);
  });

  test('a process that may start no threads writes the same file', async () => {
    await convertImage(at('disk.raw'), at('image'), { to, from: ['raw'], force: true });
    const allowed = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*', '--no-warnings'];
    const job = ['convert', at('disk.raw'), at('alone'), '--from', 'raw', '--to', to, '--force'];
    const { status, stderr } = spawnSync(process.execPath, [...allowed, main, ...job], {
      encoding: 'utf8',
    });
    expect(stderr).not.toContain('ERR_');
    expect(status).toBe(0);
    expect(sha256(await readFile(at('alone')))).toBe(sha256(await readFile(at('image'))));
  });
});
