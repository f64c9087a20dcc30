import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtIns } from '../../src/index.ts';
import { type Facts, readFacts } from './facts.ts';
import { type Canary, startCanary } from './start-canary.ts';
import { upstreamIds } from './survey.ts';

const ids = upstreamIds(builtIns);

let canary: Canary;
let facts: Facts;
beforeAll(async () => {
  canary = await startCanary();
  for (const id of ids) await canary.site.serve(id, canary.signer);
  await canary.run('--update');
  facts = await readFacts(canary.facts);
}, 120_000);
afterAll(() => canary.close());

test('every vendor with an upstream is asked', () => {
  expect(Object.keys(facts)).toEqual(ids);
  expect(ids).toEqual(expect.arrayContaining(['almalinux', 'talos', 'ubuntu']));
});

test.each(ids)('%s: latest is resolved and proved', (id) => {
  const images = Object.entries(facts[id]?.images ?? {});
  const latest = images.filter(([key]) => key.startsWith('latest '));
  expect(latest.some(([, image]) => !('refused' in image))).toBe(true);
});

test.each(['almalinux', 'debian', 'fedora', 'kali', 'opensuse-leap', 'rocky', 'ubuntu'])(
  '%s: two older releases, or as many as exist, are requested',
  (id) => {
    const { images = {}, releases = {} } = facts[id] ?? {};
    const asked = new Set(Object.keys(images).map((key) => key.split(' ')[0]));
    expect(asked.size).toBe(Math.min(3, Object.keys(releases).length));
  },
);

test('signers are those that were seen, or for a signature over the image the allowed ones', () => {
  const signersOf = (id: string): unknown =>
    Reflect.get(facts[id]?.images['latest amd64'] ?? {}, 'signers');
  const { fingerprint } = canary.signer;
  expect([signersOf('ubuntu'), signersOf('fedora')]).toEqual([[fingerprint], [fingerprint]]);
  expect(signersOf('alpine')).toEqual(['F26ADFADBAE702EF7AF637459DA7EF23BFFCDF22']);
  expect(signersOf('debian')).toEqual([]);
});

test('a second run finds no change', async () => {
  const { code, stdout } = await canary.run();
  expect(stdout).toMatch(new RegExp(`^${ids.length} vendors, .*: nothing moved\n$`));
  expect(code).toBe(0);
}, 120_000);

test('no image byte is requested', () => {
  expect(canary.site.imageRequests('GET')).toEqual([]);
  expect(canary.site.upstream.requests.length).toBeGreaterThan(100);
});
