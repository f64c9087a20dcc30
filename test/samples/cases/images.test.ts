import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Ran, runCli } from '../../cli/spawn-cli.ts';
import { type CaseRow, cases, readCaseRows } from './case-rows.ts';

/** Rows that are not supported yet. One that becomes supported fails here until it is removed from the list. */
const open: readonly string[] = [];

/** A value for a limit if the hint leaves it to the caller. */
const enough: Readonly<Record<string, string>> = { nesting: '8', dataRatio: '1000000' };

const rows = readCaseRows().filter(({ expect }) => expect !== 'document');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-case-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The expected result of a row: the disk, or an error with a usable hint if the row allows one. Throws otherwise. */
async function check(row: CaseRow): Promise<void> {
  // A neutral name proves that the result does not depend on the name.
  const input = join(folder, 'input');
  if (row.wrap === 'gz') {
    const packed = createReadStream(join(cases, row.file));
    await pipeline(packed, createGunzip(), createWriteStream(input));
  } else {
    await copyFile(join(cases, row.file), input);
  }
  const output = join(folder, 'output');
  const convert = (more: string[]): Promise<Ran> => {
    return runCli(['convert', input, output, '--quiet', ...more]);
  };
  const first = await convert([]);
  if (first.code === 0) return await expectDisk(row, output);
  expect(existsSync(output)).toBe(false);
  const [kind, words = ''] = row.expect.split(/[|:](.*)/s);
  expect(kind, first.stderr).toBe('ok');
  if (words.startsWith('named:')) {
    expect(first.stderr).toMatch(new RegExp(words.slice('named:'.length), 'i'));
    expect(first.stderr).not.toContain('--from raw');
    return;
  }
  expect(words, first.stderr).toBe('option');
  const second = await convert(namedOptions(first.stderr, row));
  expect(second.code, `${first.stderr}${second.stderr}`).toBe(0);
  await expectDisk(row, output);
}

/** The option that an error names, in the form of the command line. */
function namedOptions(text: string, row: CaseRow): string[] {
  const allow = /--allow ([a-z-]+)/.exec(text)?.[1];
  if (allow !== undefined) return ['--allow', allow];
  const [, limit, value = ''] = /--limit (\w+)=(\w*)/.exec(text) ?? [];
  if (limit !== undefined) {
    return ['--limit', `${limit}=${/^\d/.test(value) ? value : enough[limit]}`];
  }
  if (text.includes('--entry') && row.entry !== '-') return ['--entry', row.entry];
  throw new Error(`no option is named: ${text}`);
}

async function expectDisk(row: CaseRow, output: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(output)) hash.update(piece);
  expect([(await stat(output)).size, hash.digest('hex')]).toEqual([row.sizeBytes, row.sha256]);
}

describe('files as found at users', () => {
  for (const row of rows) {
    const declare = open.includes(row.file) ? test.fails : test;
    declare(`${row.file}: ${row.expect}`, () => check(row));
  }

  test('no other row is left out', () => {
    const files = rows.map(({ file }) => file);
    expect(open.filter((file) => !files.includes(file))).toEqual([]);
  });
});
