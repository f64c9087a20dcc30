import { spawnSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseListing, parseXml, peekSignedText } from '../../../src/kit.ts';
import { runCli } from '../../cli/spawn-cli.ts';
import { cases, readCaseRows } from './case-rows.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-documents-'));
  for (const file of ['peek-quadratic.mjs', 'big-userid.mjs']) {
    const target = file === 'big-userid.mjs' ? folder : join(folder, 'peek');
    expect(spawnSync(process.execPath, [join(cases, file), target]).status).toBe(0);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (file: string): string => readFileSync(file, 'utf8');

/** Number of steps of a reader, refused or not. */
async function stepsOf(parse: () => unknown): Promise<number> {
  let total = 0;
  const count = (message: unknown): void => {
    total += Number(Reflect.get(Object(message), 'count'));
  };
  subscribe('rootdisk:reader-steps', count);
  try {
    await (async () => parse())().catch(() => undefined);
  } finally {
    unsubscribe('rootdisk:reader-steps', count);
  }
  return total;
}

test.each<[string, () => string, (text: string) => unknown]>([
  [
    'xml-namespaces.meta4',
    () => join(cases, 'xml-namespaces.meta4'),
    (text) => parseXml(text, 'doc'),
  ],
  [
    'listing-one-row.html',
    () => join(cases, 'listing-one-row.html'),
    (text) => parseListing(text, new URL('https://images.example/')),
  ],
  ['peek-quadratic.mjs', () => join(folder, 'peek'), (text) => peekSignedText(text)],
])('%s needs only a few steps for each byte', async (_, path, parse) => {
  const text = read(path());
  expect(text.length).toBeGreaterThan(100_000);
  expect(await stepsOf(() => parse(text))).toBeLessThan(8 * text.length);
});

test('a digest without a file name proves no file', async () => {
  const list = join(cases, 'bare-digest.SHA256SUMS');
  const key = join(cases, 'bare-digest.asc');
  const { code, stdout } = await runCli(['verify', list, '--key', key, '--pick', 'anything']);
  expect(code).toBe(5);
  expect(stdout).not.toContain('abababab');
});

test('a minisign signature that was cut to two lines is refused', async () => {
  const named = (end: string): string => join(cases, `minisign-stripped.${end}`);
  const args = ['verify', named('txt'), '--key', named('pub')];
  expect((await runCli([...args, '--signature', named('sig')])).code).toBe(5);
  const whole = ['--signature', named('whole.minisig'), '--at', '2100-01-02'];
  expect((await runCli([...args, ...whole])).code).toBe(0);
});

test('a huge user ID with many signatures gets an answer', async () => {
  const named = (name: string): string => join(folder, name);
  const args = ['verify', named('doc'), '--signature', named('doc.sig'), '--key', named('key.bin')];
  const { code } = await runCli(args);
  expect([0, 5]).toContain(code);
});

test('every document of the cases is read above', () => {
  const files = readCaseRows()
    .filter(({ expect }) => expect === 'document')
    .map(({ file }) => file);
  const source = read(import.meta.filename);
  expect(files.filter((file) => !source.includes(file.replace(/\.txt$/, '')))).toEqual([]);
});
