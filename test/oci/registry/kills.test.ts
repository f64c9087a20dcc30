import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { sleep } from '../../../src/kit/abort.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { type DockerRegistry, startDockerRegistry } from './docker-registry.ts';
import { describeWith } from './programs.ts';
import { openSlowWay, type SlowWay } from './slow-way.ts';

const program = fileURLToPath(new URL('processes/ensure.ts', import.meta.url));
const mib = 1024 * 1024;

describeWith(['docker-registry'], 'a process that is killed', () => {
  let registry: DockerRegistry;
  let line: Line;
  let way: SlowWay;
  const started: ChildProcess[] = [];
  beforeAll(async () => {
    registry = await startDockerRegistry();
  });
  afterAll(async () => await registry?.remove());
  beforeEach(async () => {
    line = await startLine();
    // Random bytes: the file is as long as the disk.
    line.offer({ ...build, digest: sha256(disk) }, disk);
    way = await openSlowWay(registry.host, 1000 * mib);
  });
  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    await way.close();
    await line.close();
  });

  const disk = Buffer.concat([makeDisk(), randomBytes(24 * mib)]);
  const build = { release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] };

  /** A call in a separate process, which reaches the registry through the slow proxy. */
  function start(repository: string, cacheDir = line.cacheDir) {
    const options = { arch: 'amd64', cacheDir, mirrors: line.mirrors };
    const child = spawn(
      process.execPath,
      [program, way.host, repository, JSON.stringify(options)],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_NO_WARNINGS: '1' } },
    );
    started.push(child);
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (text) => lines.push(text));
    const ended = once(child, 'close');
    return {
      async killWhen(met: () => boolean): Promise<void> {
        while (!met()) {
          if (child.exitCode !== null) throw new Error('it ended before it was killed');
          await sleep(5);
        }
        child.kill('SIGKILL');
        await ended;
      },
      async path(): Promise<string> {
        await ended;
        return lines.at(-1)?.replace('path ', '') ?? '';
      },
    };
  }

  test('in the middle of a pull: the next call continues from there', async () => {
    expect(await sha256File(await start('pull/images').path())).toBe(sha256(disk));
    line.asked();
    const cacheDir = `${line.folder}/other`;
    way.bytesPerSecond = 8 * mib;
    way.passed.down = 0;
    await start('pull/images', cacheDir).killWhen(() => way.passed.down > 8 * mib);
    way.bytesPerSecond = 1000 * mib;
    way.passed.down = 0;
    way.heads.length = 0;
    expect(await sha256File(await start('pull/images', cacheDir).path())).toBe(sha256(disk));
    expect(way.passed.down).toBeLessThan(disk.length - 4 * mib);
    expect(way.heads.some((head) => /blobs\/sha256.* bytes=[1-9]\d*-/.test(head))).toBe(true);
    // Image bytes came only from the registry.
    expect(line.asked().filter((name) => name.startsWith('acme.raw'))).toEqual([]);
  });

  test('in the middle of a push: the next host pushes, and every byte is correct', async () => {
    way.bytesPerSecond = 8 * mib;
    await start('push/images').killWhen(() => way.passed.up > 8 * mib);
    way.bytesPerSecond = 1000 * mib;
    const second = await start('push/images', `${line.folder}/second`).path();
    expect(await sha256File(second)).toBe(sha256(disk));
    line.asked();
    const third = await start('push/images', `${line.folder}/third`).path();
    expect(await sha256File(third)).toBe(sha256(disk));
    expect(line.asked().filter((name) => name.startsWith('acme.raw'))).toEqual([]);
    await rm(second, { force: true });
  });
});
