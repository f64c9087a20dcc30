import { readFileSync } from 'node:fs';
import { peers, versionOf } from '../images/peers.ts';
import { findDifferences } from './differences.ts';
import {
  formatDifference,
  groupDifferences,
  keyOf,
  parseDifferences,
} from './differences-table.ts';

/**
 * Prints the tables of docs/differences.md with current results and the reasons from the page; samples go to stderr.
 */
const published = parseDifferences(
  readFileSync(new URL('../../../docs/differences.md', import.meta.url), 'utf8'),
);
const reasons = new Map(published.rows.map((row) => [keyOf(row), row.why]));
const found = await findDifferences();
for (const peer of peers) console.log(`| ${peer.name} | ${versionOf(peer) ?? 'not installed'} |`);
console.log('');
for (const row of groupDifferences(found)) {
  console.log(formatDifference({ ...row, why: reasons.get(keyOf(row)) ?? '' }));
}
for (const { file, peer, here, there, about } of found) {
  console.error([file, peer, here, there, about].join('\t'));
}
