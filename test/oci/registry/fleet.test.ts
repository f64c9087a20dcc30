import { expect, test } from 'vitest';
import type { Outcome, Scenario, World } from '../simulation/scenario.ts';
import { simulate } from '../simulation/simulate.ts';
import { describeWith } from './programs.ts';

const world: World = {
  imageBytes: 512 * 1024,
  upstreamBytesPerSecond: 128 * 1024,
  spreadMs: 1_000,
  lifetimeMs: 9_000,
  processes: 2,
};

const run = (scenario: Omit<Scenario, 'title' | 'hosts'>): Promise<Outcome> =>
  simulate({ title: 'test', hosts: 12, ...scenario }, world);

/** A small fleet of the large simulation: `npm run simulate`. */
describeWith(['docker-registry'], 'a fleet that starts cold', () => {
  test('fetches once', async () => {
    const { ends, upstreamFetches, upstreamBytes } = await run({ dying: 0 });
    expect(ends).toEqual({ network: 1, tier: 11 });
    expect(upstreamFetches).toBe(1);
    expect(upstreamBytes).toBe(world.imageBytes);
  });

  test('fetches once more if the hosts with the leader among them are killed', async () => {
    const { ends, killed, upstreamFetches } = await run({ dying: 0.25 });
    expect(killed).toBe(3);
    expect(ends).toEqual({ network: 1, tier: 8 });
    expect(upstreamFetches).toBe(2);
  });

  test('ends although the registry is unreachable for a while', async () => {
    const outage = { from: 'fetch', ms: 8_000 } as const;
    const { ends, upstreamFetches } = await run({ dying: 0, outage });
    expect((ends['network'] ?? 0) + (ends['tier'] ?? 0)).toBe(12);
    expect(upstreamFetches).toBeLessThan(12);
  });
});
