import { createHerd } from '../../../src/oci/herd/create-herd.ts';
import type { HerdSettings } from '../../../src/oci/herd/herd.ts';
import { type RegistryTraits, VirtualRegistry } from './virtual-registry.ts';
import { seeded, VirtualTime } from './virtual-time.ts';

export const tag = 'ubuntu_24.04_server_amd64_20260601';

export interface Fleet {
  seed: number;
  hosts: number;
  /** All hosts begin within this many milliseconds. */
  spreadMs: number;
  /** Fetching from upstream and storing. */
  fetchMs: number;
  /** Fraction of the hosts that may write; the first one always may. */
  writers: number;
  settings: Partial<HerdSettings>;
  registry: RegistryTraits;
  /** Fraction of the fetches that fail or are not stored. */
  failing: number;
  /** Fraction of the hosts that die, each at a random step. */
  dying: number;
  /** Number of leaders that die while they fetch, from the first one on. */
  deadLeaders: number;
  /** Maximum difference between the clocks of the hosts. */
  skewMs: number;
  prepare?: (registry: VirtualRegistry) => void;
}

export interface FleetOutcome {
  /** Hosts that began to fetch from upstream. */
  fetches: number;
  /** Kinds of turns, `alone` with its reason. */
  turns: Record<string, number>;
  /** Hosts that still wait when no event is left. */
  stuck: number;
  died: number;
  /** Hosts that died while they fetched. */
  deadFetches: number;
  longestWaitMs: number;
  /** Times of the first fetch, and of the last host that got its file. */
  firstFetchMs: number;
  endMs: number;
  requests: VirtualRegistry['requests'];
  registry: VirtualRegistry;
}

export const calmFleet: Fleet = {
  seed: 1,
  hosts: 10,
  spreadMs: 0,
  fetchMs: 30_000,
  writers: 1,
  settings: {},
  registry: { lagMs: 50, wayMs: 10, immutable: false, deletes: true },
  failing: 0,
  dying: 0,
  deadLeaders: 0,
  skewMs: 0,
};

const never = (): Promise<never> => Promise.withResolvers<never>().promise;

/** One cold start of a fleet in virtual time: the seed determines the whole run. */
export async function runFleet(given: Partial<Fleet>): Promise<FleetOutcome> {
  const fleet = { ...calmFleet, ...given };
  const random = seeded(fleet.seed);
  const time = new VirtualTime();
  const registry = new VirtualRegistry(time, fleet.registry);
  fleet.prepare?.(registry);
  const outcome: FleetOutcome = {
    fetches: 0,
    turns: {},
    stuck: fleet.hosts,
    died: 0,
    deadFetches: 0,
    longestWaitMs: 0,
    firstFetchMs: Number.POSITIVE_INFINITY,
    endMs: 0,
    requests: registry.requests,
    registry,
  };
  const failures: unknown[] = [];
  for (let index = 0; index < fleet.hosts; index += 1) {
    const host = oneHost(fleet, index, time, registry, seeded(random() * 2 ** 32), outcome);
    host.catch((error: unknown) => failures.push(error));
  }
  await time.run(24 * 3_600_000);
  if (failures.length > 0) throw failures[0];
  return outcome;
}

async function oneHost(
  fleet: Fleet,
  index: number,
  time: VirtualTime,
  registry: VirtualRegistry,
  random: () => number,
  outcome: FleetOutcome,
): Promise<void> {
  const mayWrite = index === 0 || random() < fleet.writers;
  let lifeSteps = random() < fleet.dying ? 1 + Math.floor(random() * 24) : Number.POSITIVE_INFINITY;
  let isDead = false;
  let hasEnded = false;
  let isFetching = false;
  const die = (): Promise<never> => {
    if (!isDead && !hasEnded) {
      outcome.died += 1;
      if (isFetching) outcome.deadFetches += 1;
      outcome.stuck -= 1;
    }
    isDead = true;
    return never();
  };
  const step = async (): Promise<void> => {
    lifeSteps -= 1;
    if (isDead || lifeSteps <= 0) await die();
  };
  const client = registry.reach(mayWrite, random, step);
  const clock = time.clock(random, (random() * 2 - 1) * fleet.skewMs);
  const herd = createHerd(client, fleet.settings, clock);
  const context = {
    signal: new AbortController().signal,
    tell: () => undefined,
    warn: () => undefined,
  };
  await time.sleep(random() * fleet.spreadMs);
  const beganMs = time.nowMs;
  const turn = await herd.enter(tag, context);
  outcome.longestWaitMs = Math.max(outcome.longestWaitMs, time.nowMs - beganMs);
  const kind = turn.kind === 'alone' ? `alone: ${turn.why}` : turn.kind;
  outcome.turns[kind] = (outcome.turns[kind] ?? 0) + 1;
  if (turn.kind !== 'ready') {
    outcome.fetches += 1;
    isFetching = true;
    outcome.firstFetchMs = Math.min(outcome.firstFetchMs, time.nowMs);
    await time.sleep(fleet.fetchMs * 0.5);
    if (turn.kind === 'lead' && (outcome.turns['lead'] ?? 0) <= fleet.deadLeaders) await die();
    await time.sleep(fleet.fetchMs * 0.5);
    await step();
    // A failed store does not matter to this host: it has its file.
    const isStored = mayWrite && random() >= fleet.failing;
    if (isStored) await client.putManifest(tag, Buffer.from(tag), '').catch(() => undefined);
    if (turn.kind === 'lead') await turn.release();
  }
  hasEnded = true;
  outcome.stuck -= 1;
  outcome.endMs = Math.max(outcome.endMs, time.nowMs);
}
