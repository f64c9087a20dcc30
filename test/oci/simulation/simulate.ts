import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { mirrorsFor } from '../../../src/testing/upstream.ts';
import { makeDisk, sha256 } from '../../fixtures/line.ts';
import { type DockerRegistry, startDockerRegistry } from '../registry/docker-registry.ts';
import type { HostEnd, HostsTask, Outcome, Scenario, World } from './scenario.ts';
import { type SlowUpstream, startSlowUpstream } from './slow-upstream.ts';

const program = fileURLToPath(new URL('hosts.ts', import.meta.url));

/** Runs one scenario with the real line, the real tier and a real registry; removes all its files. */
export async function simulate(scenario: Scenario, world: World): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-fleet-'));
  const disk = makeDisk(world.imageBytes);
  const digest = sha256(disk);
  const build = { release: '1', snapshot: '20260101', file: 'acme-1.raw', layers: ['raw'], digest };
  const slow = await startSlowUpstream(
    ['images.acme.example/index.json', JSON.stringify([build])],
    ['images.acme.example/acme-1.raw', disk],
    world.upstreamBytesPerSecond,
  );
  const registry = await startDockerRegistry();
  try {
    const task: Omit<HostsTask, 'first' | 'count'> = {
      folder,
      registry: registry.host,
      mirrors: mirrorsFor(slow.upstream, ['https://images.acme.example/']),
      expected: digest,
      spreadMs: scenario.spreadMs ?? world.spreadMs,
      lifetimeMs: world.lifetimeMs,
    };
    return await runHosts(scenario, world, task, slow, registry);
  } finally {
    await registry.remove();
    await slow.upstream.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function runHosts(
  scenario: Scenario,
  world: World,
  task: Omit<HostsTask, 'first' | 'count'>,
  slow: SlowUpstream,
  registry: DockerRegistry,
): Promise<Outcome> {
  const { hosts, dying, outage } = scenario;
  const mortal = Math.round(hosts * dying);
  const ends: HostEnd[] = [];
  const begin = (first: number, count: number): ChildProcess =>
    spawnHosts({ ...task, first, count }, ends);
  const beganAt = Date.now();
  const events: Promise<void>[] = [];
  if (outage !== undefined) events.push(breakRegistry(outage, slow, registry));
  const running: ChildProcess[] = [];
  if (mortal > 0) {
    // They come first, so that one of them leads when they are killed.
    const doomed = begin(0, mortal);
    events.push(killLater(doomed, slow));
    running.push(doomed);
    await slow.asked;
  }
  const living = hosts - mortal;
  const share = Math.ceil(living / Math.max(1, world.processes - (mortal > 0 ? 1 : 0)));
  for (let first = mortal; first < hosts; first += share) {
    running.push(begin(first, Math.min(share, hosts - first)));
  }
  try {
    await Promise.all([...events, ...running.map(ended)]);
  } finally {
    for (const child of running) child.kill('SIGKILL');
  }
  return sumUp(scenario, slow, beganAt, ends);
}

function sumUp(
  scenario: Scenario,
  slow: SlowUpstream,
  beganAt: number,
  ends: readonly HostEnd[],
): Outcome {
  const times = ends.map(({ endedAt }) => (endedAt - beganAt) / 1000).sort((a, b) => a - b);
  return {
    scenario,
    upstreamFetches: slow.fetches,
    upstreamBytes: slow.bytes,
    seconds: times.at(-1) ?? Number.NaN,
    medianSeconds: times[Math.floor(times.length / 2)] ?? Number.NaN,
    ends: countOf(ends.map(({ origin }) => origin)),
    killed: scenario.hosts - ends.length,
    warnings: countOf(ends.flatMap(({ warnings }) => [...new Set(warnings)])),
  };
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function spawnHosts(task: HostsTask, ends: HostEnd[]): ChildProcess {
  const child = spawn(process.execPath, [program, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // With four threads, the files of hundreds of hosts would form a queue that no real host has.
    env: { ...process.env, NODE_NO_WARNINGS: '1', UV_THREADPOOL_SIZE: '32' },
  });
  createInterface({ input: child.stdout }).on('line', (line) => ends.push(JSON.parse(line)));
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('close', (code, signal) => {
    if (code === 0 || signal === 'SIGKILL') resolve();
    else reject(new Error(`a process of hosts ended with ${code ?? signal}`));
  });
  await promise;
}

async function killLater(child: ChildProcess, slow: SlowUpstream): Promise<void> {
  await slow.asked;
  await wait(2_000);
  child.kill('SIGKILL');
}

async function breakRegistry(
  { from, ms }: NonNullable<Scenario['outage']>,
  slow: SlowUpstream,
  registry: DockerRegistry,
): Promise<void> {
  if (from === 'fetch') await slow.asked;
  await registry.stop();
  await wait(ms);
  await registry.start();
}
