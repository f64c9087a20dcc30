import { expect, test } from 'vitest';
import { formatHerdMarker, markerTag, parseHerdMarker } from '../../../src/oci/herd/marker.ts';
import { calmFleet, type Fleet, type FleetOutcome, runFleet, tag } from './run-fleet.ts';
import { seeded } from './virtual-time.ts';

const traits = calmFleet.registry;
const patienceMs = 600_000;

const fleets = async (count: number, fleet: Partial<Fleet>): Promise<FleetOutcome[]> => {
  const outcomes: FleetOutcome[] = [];
  for (let seed = 1; seed <= count; seed += 1) outcomes.push(await runFleet({ ...fleet, seed }));
  return outcomes;
};

test('every host ends in every case, and none waits beyond its deadline', async () => {
  const random = seeded(20_260_601);
  for (let run = 0; run < 1000; run += 1) {
    const downMs = random() * 120_000;
    const outcome = await runFleet({
      seed: run,
      hosts: 1 + Math.floor(random() * 12),
      spreadMs: random() * 60_000,
      fetchMs: random() * 300_000,
      writers: random(),
      registry: {
        lagMs: random() * 3_000,
        wayMs: random() * 500,
        immutable: random() < 0.3,
        deletes: random() < 0.7,
        ...(random() < 0.3 ? { downMs: [downMs, downMs + 60_000] } : null),
      },
      failing: random() < 0.3 ? random() : 0,
      dying: random() < 0.5 ? random() : 0,
      skewMs: random() * 3_600_000,
    });
    expect(outcome.stuck, `run ${run}`).toBe(0);
    // The last wait ends at the deadline; running requests take additional time.
    expect(outcome.longestWaitMs, `run ${run}`).toBeLessThan(patienceMs + 10_000);
  }
});

test.each([1, 2, 3])('%i dead leaders in a row are each followed by another one', async (dead) => {
  for (const outcome of await fleets(20, { hosts: 30, deadLeaders: dead })) {
    expect(outcome.died).toBe(dead);
    expect(outcome.fetches).toBe(dead + 1);
    expect(outcome.registry.now(tag)).toBeDefined();
    expect(outcome.turns['ready']).toBe(30 - dead - 1);
  }
});

test('a dead leader is noticed soon after its marker has expired', async () => {
  for (const outcome of await fleets(20, { hosts: 30, deadLeaders: 1 })) {
    // The dead one fetched for 15 s; 90 s for its marker, a look every 15 s, the timer, and 30 s of fetching.
    expect(outcome.endMs).toBeLessThan(15_000 + 90_000 + 40_000 + 5_000 + 30_000 + 25_000);
  }
});

test('hosts without push rights wait for the one that has them', async () => {
  for (const outcome of await fleets(20, { hosts: 50, writers: 0 })) {
    expect(outcome.turns).toEqual({ lead: 1, ready: 49 });
  }
});

test('if no host may write, all wait a while and go upstream', async () => {
  const settings = { write: false };
  for (const outcome of await fleets(5, { hosts: 20, settings })) {
    expect(outcome.turns).toEqual({ 'alone: read-only': 20 });
    expect(outcome.registry.now(markerTag(tag))).toBeUndefined();
    expect(outcome.longestWaitMs).toBeLessThan(50_000);
  }
});

test('a leader may work longer than its marker is valid', async () => {
  const fleet = { hosts: 20, fetchMs: 400_000 };
  for (const outcome of await fleets(20, fleet)) expect(outcome.fetches).toBe(1);
  const registry = { ...traits, immutable: true, deletes: false };
  for (const outcome of await fleets(20, { ...fleet, registry })) expect(outcome.fetches).toBe(1);
});

test('after a slow fetch the others go upstream at their deadlines, not all at once', async () => {
  const settings = { patienceMs: 60_000 };
  const [outcome] = await fleets(1, { hosts: 20, fetchMs: 400_000, settings });
  expect(outcome?.turns).toEqual({ lead: 1, 'alone: deadline': 19 });
  expect(outcome?.longestWaitMs).toBeGreaterThan(45_000);
});

test.each([
  ['removes its marker', { ...traits }, false],
  [
    'says in its marker that it is done if markers cannot be removed',
    { ...traits, deletes: false },
    true,
  ],
])('a leader that ends %s', async (_, registry, isKept) => {
  const { registry: left } = await runFleet({ hosts: 5, registry });
  const bytes = left.now(markerTag(tag));
  expect(bytes !== undefined).toBe(isKept);
  if (bytes !== undefined) expect(parseHerdMarker({ bytes })?.lifetimeMs).toBe(0);
});

test('a fetch that fails is followed by that of another host', async () => {
  for (const outcome of await fleets(20, { hosts: 20, failing: 0.5 })) {
    expect(outcome.turns['alone: deadline']).toBeUndefined();
    expect(outcome.registry.now(tag)).toBeDefined();
  }
});

const writtenAt = new Date(Date.UTC(2026, 0, 1));
const old = new Date(Date.UTC(2025, 0, 1));
const dead = { host: 'gone', round: 0, lifetimeMs: 90_000 };
const leftovers: [title: string, bytes: Uint8Array, waitMs: number][] = [
  ['of long ago', formatHerdMarker({ ...dead, writtenAt: old }), 5_000],
  ['of a host that is done', formatHerdMarker({ ...dead, writtenAt, lifetimeMs: 0 }), 5_000],
  ['of a host that died a moment ago', formatHerdMarker({ ...dead, writtenAt }), 115_000],
  ['that is something else', Buffer.from('{"schemaVersion":2}'), 115_000],
];

test.each(leftovers)('a marker %s is replaced', async (_, bytes, waitMs) => {
  for (const immutable of [false, true]) {
    for (const deletes of [false, true]) {
      const outcomes = await fleets(10, {
        hosts: 20,
        registry: { ...traits, immutable, deletes },
        prepare: (registry) => registry.plant(markerTag(tag), bytes),
      });
      for (const outcome of outcomes) {
        expect(outcome.fetches).toBe(1);
        expect(outcome.firstFetchMs).toBeLessThan(waitMs);
      }
    }
  }
});

test('a registry that is unreachable when a host starts is not waited for', async () => {
  const registry = { ...traits, downMs: [0, 60_000] as const };
  for (const outcome of await fleets(5, { hosts: 50, registry })) {
    expect(outcome.turns).toEqual({ 'alone: unreachable': 50 });
    expect(outcome.longestWaitMs).toBeLessThan(1_000);
  }
});

test('a registry that is unreachable while a host fetches is waited for', async () => {
  const registry = { ...traits, downMs: [10_000, 70_000] as const };
  for (const outcome of await fleets(10, { hosts: 50, fetchMs: 80_000, registry })) {
    expect(outcome.turns).toEqual({ lead: 1, ready: 49 });
  }
});

test('a registry that answers later than a marker expires still has one leader', async () => {
  const registry = { ...traits, lagMs: 0, wayMs: 10_000 };
  const settings = { lifetimeMs: 15_000 };
  for (const outcome of await fleets(5, { hosts: 200, fetchMs: 8_000, registry, settings })) {
    expect(outcome.turns).toEqual({ lead: 1, ready: 199 });
  }
});
