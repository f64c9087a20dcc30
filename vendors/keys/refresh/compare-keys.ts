import type { KeyFacts } from './key-facts.ts';

/** The changes between two copies of a key, one line each; empty if no relevant fact changed. */
export function compareKeys(before: KeyFacts, after: KeyFacts): string[] {
  const lines: string[] = [];
  const isOlder = after.renewed < before.renewed;
  if (isOlder) return ['only an older copy was found: kept as it is'];
  const [was, is] = [before.expires ?? 'never', after.expires ?? 'never'];
  if (was !== is) lines.push(`expires ${is} (was ${was})`);
  for (const [subkey, expires] of Object.entries(after.subkeys)) {
    const known = before.subkeys[subkey];
    if (known === undefined) lines.push(`new subkey ${subkey}, expires ${expires}`);
    else if (known !== expires) lines.push(`subkey ${subkey} expires ${expires} (was ${known})`);
  }
  for (const subkey of Object.keys(before.subkeys)) {
    if (after.subkeys[subkey] === undefined) lines.push(`subkey ${subkey} is gone or revoked`);
  }
  if (after.revoked && !before.revoked) lines.push('REVOKED');
  return lines;
}

/**
 * True when a key looks like the successor of another: the same name except for its numbers, and
 * made later.
 */
export function isSuccessor(key: KeyFacts, of: KeyFacts): boolean {
  if (patternOf(key.userId) !== patternOf(of.userId)) return false;
  if (key.created !== undefined && of.created !== undefined) return key.created > of.created;
  return key.userId.localeCompare(of.userId, 'en', { numeric: true }) > 0;
}

function patternOf(userId: string): string {
  return userId.replace(/\(.*?\)/g, '()').replace(/\d+/g, '#');
}
