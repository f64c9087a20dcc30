import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRootdisk } from '../../src/core.ts';
import { parts, sha256File } from '../fixtures/line.ts';
import { startFlapping } from './flapping-upstream.ts';
import type { Outcome, Task } from './task.ts';

/**
 * Twelve processes on one cache of three names, some of them killed every second, against an unreliable server. Prints
 * its figures and exits with 1 if a disk was wrong, lost or damaged, a process hung, or an error had no type.
 * `ROOTDISK_STRESS_SECONDS`: duration; default 300.
 */
const seconds = Number(process.env['ROOTDISK_STRESS_SECONDS'] ?? 300);
const width = 12;
const hangMs = 120_000;
const script = fileURLToPath(new URL('worker.ts', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'rootdisk-stress-'));
const flapping = await startFlapping();
const { mirrors, digests } = flapping;
const task: Task = { cacheDir: join(folder, 'cache'), mirrors, digests };
const counts: Record<string, Record<string, number>> = {};
const failures: string[] = [];
let kills = 0;
let isOver = false;

interface Worker {
  child: ChildProcess;
  heardAt: number;
  /** Finished calls. */
  deeds: number;
}
const workers = new Set<Worker>();

function startWorker(): void {
  const child = spawn(process.execPath, [script, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  const worker: Worker = { child, heardAt: Date.now(), deeds: 0 };
  workers.add(worker);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    worker.heardAt = Date.now();
    worker.deeds += 1;
    const { deed, end }: Outcome = JSON.parse(line);
    const ends = counts[deed] ?? {};
    counts[deed] = { ...ends, [end]: (ends[end] ?? 0) + 1 };
    if (/^[A-Z ]+$/.test(end)) failures.push(`${deed}: ${end}`);
  });
  child.once('close', (code, signal) => {
    workers.delete(worker);
    if (signal !== 'SIGKILL') failures.push(`a process ended with ${code ?? signal}: ${errors}`);
    if (!isOver) startWorker();
  });
}

for (let i = 0; i < width; i += 1) startWorker();
const endAt = Date.now() + seconds * 1000;
while (Date.now() < endAt) {
  await wait(200 + Math.random() * 1600);
  const running = [...workers];
  // A process that is still loading would only be started again.
  const atWork = running.filter(({ deeds }) => deeds > 0);
  const victim = atWork[Math.floor(Math.random() * atWork.length)];
  if (victim?.child.kill('SIGKILL') === true) kills += 1;
  for (const { child, heardAt } of running) {
    if (Date.now() - heardAt < hangMs) continue;
    failures.push('a process hung');
    child.kill('SIGKILL');
  }
}
isOver = true;
flapping.settle();
const ended = [...workers].map(
  ({ child }) => new Promise((resolve) => child.once('close', resolve)),
);
for (const { child } of workers) child.kill('SIGKILL');
await Promise.all(ended);

// At the end all files are correct, and every call succeeds.
const { cacheDir } = task;
const { ensureImage, verifyCache } = createRootdisk(parts);
for await (const { name, state } of verifyCache({ cacheDir })) {
  if (state === 'damaged') failures.push(`${name} is ${state} in the end`);
}
for (const [release, digest] of Object.entries(digests)) {
  const image = await ensureImage(`acme:${release}`, { arch: 'amd64', cacheDir, mirrors });
  if ((await sha256File(image.path)) !== digest)
    failures.push(`acme:${release} is wrong in the end`);
  await image.dispose();
}
const files = await readdir(cacheDir, { recursive: true });
await flapping.upstream.close();
await rm(folder, { recursive: true, force: true });
const deeds = Object.values(counts)
  .flatMap(Object.values)
  .reduce((sum, count) => sum + count, 0);
console.log(
  JSON.stringify({ seconds, deeds, kills, counts, files: files.length, failures }, null, 2),
);
process.exitCode = failures.length === 0 ? 0 : 1;
