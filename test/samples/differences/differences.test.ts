import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { peers, versionOf } from '../images/peers.ts';
import { type Difference, findDifferences } from './differences.ts';
import { groupDifferences, parseDifferences } from './differences-table.ts';

const text = readFileSync(new URL('../../../docs/differences.md', import.meta.url), 'utf8');
const { rows, versions } = parseDifferences(text);

/** Other versions may have other differences. */
const asked = peers.map((peer) => {
  const published = versions.get(peer.name);
  const version = versionOf(peer);
  return { peer, name: peer.name, published, version, same: version === published };
});

describe('docs/differences.md', () => {
  let found: Difference[] = [];
  beforeAll(async () => {
    found = await findDifferences(asked.filter(({ same }) => same).map(({ peer }) => peer));
  }, 900_000);

  for (const { name, published, version, same } of asked) {
    const skipped = same ? '' : ` (skipped: ${version ?? 'it is not installed'} here)`;
    test.skipIf(!same)(`lists the differences of ${name} ${published}${skipped}`, () => {
      const actual = groupDifferences(found.filter(({ peer }) => peer === name));
      const stated = rows.filter(({ peer }) => peer === name).map((row) => ({ ...row, why: '' }));
      expect(actual).toEqual(stated);
    });
  }

  test('has a sentence for every row', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(({ why }) => !/^[A-Z`].*\.$/.test(why))).toEqual([]);
  });
});
