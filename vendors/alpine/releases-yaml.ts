import { unusable } from '../shared/unusable.ts';

/**
 * The entries of Alpine's `latest-releases.yaml`, which is flat: a line with only `-` begins an
 * entry, indented lines `key: value` follow. Text of several lines (`desc: |`) is skipped. Throws
 * `ERR_METADATA` for anything else.
 */
export function parseReleaseEntries(text: string, from: URL): Map<string, string>[] {
  const entries: Map<string, string>[] = [];
  let blockIndent: number | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trimEnd();
    const indent = line.length - line.trimStart().length;
    if (line === '' || (blockIndent !== undefined && indent > blockIndent)) continue;
    blockIndent = undefined;
    if (/^(---|#.*)$/.test(line)) continue;
    if (line === '-') {
      entries.push(new Map());
      continue;
    }
    const [, key = '', value = ''] = /^ +([a-z0-9_]+): ?(.*)$/.exec(line) ?? [];
    const entry = entries.at(-1);
    if (key === '' || entry === undefined) {
      throw unusable(`${from}: line ${index + 1}`, 'it is not a list of releases');
    }
    if (/^[|>]/.test(value)) blockIndent = indent;
    else entry.set(key, value.replace(/^"(.*)"$/, '$1'));
  }
  if (entries.length === 0) throw unusable(from, 'it lists no release');
  return entries;
}
