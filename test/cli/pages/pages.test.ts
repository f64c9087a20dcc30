import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../../src/cli/commands/every.ts';
import { version } from '../../../src/version.ts';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';
import { withFlags } from '../spawn-cli.ts';
import { show, type Width } from './in-terminal.ts';

const widths: readonly Width[] = ['pipe', 100, 60];
const disk = makeDisk();
const packed = gzipSync(disk, { level: 0 });
let line: Line;

beforeAll(async () => {
  line = await startLine();
  const build = {
    ...{ release: '1', snapshot: '20260101', file: 'acme.raw.gz', layers: ['gz', 'raw'] },
    ...{ digest: sha256(packed), eol: '2020-01-01' },
  };
  line.offer(build, packed);
  await writeFile(join(line.folder, 'disk.raw'), disk);
  await writeFile(join(line.folder, 'page.html'), '<!doctype html><title>login</title>');
  await writeFile(join(line.folder, 'user-data'), '#cloud-config\n');
  await copyFile(new URL('../../../LICENSE', import.meta.url), join(line.folder, 'text'));
});
afterAll(() => line.close());

/** Each file of pages, and the command lines in it; they run one after the other. */
const pages: Record<string, readonly string[]> = {
  help: ['help', 'help cache', 'ensure --help', 'list --help', 'version', '-V'],
  list: ['list', 'list acme'],
  resolve: ['resolve acme', 'resolve ubunut', 'resolve acme:9'],
  ensure: ['ensure acme -q', 'ensure acme', 'ensure acme acme:9', 'ensure acme --offline -v'],
  files: ['inspect disk.raw', 'inspect page.html', 'convert disk.raw out.vhdx --force'],
  disk: ['ls disk.raw', 'clone disk.raw mine.raw --force'],
  seed: ['seed seed.iso --hostname web --force', 'seed seed.iso'],
  lock: ['lock ls', 'lock add acme', 'lock ls', 'lock check', 'lock update', 'lock export'],
  verify: ['verify text', 'verify text --key text'],
  cache: ['cache path', 'cache ls', 'cache verify', 'cache prune --older-than 1d', 'cache rm none'],
  registry: [
    'help registry',
    'registry',
    'registry ls',
    'registry ls nowhere',
    'registry ls localhost:5000/Images',
    'registry push localhost:5000/images',
    'registry pull localhost:5000/images',
    'registry mirror',
    'registry verify localhost:5000/images --registry-mirror ftp://host',
  ],
  wrong: [
    'cach',
    'cache',
    'ensure',
    'ensure acme --colour',
    'list --arch arm64',
    'ensure -q -v acme',
  ],
};

test.each(Object.entries(pages))(
  '%s says what its page shows, wide, narrow and in a pipe',
  async (name, lines) => {
    const texts: string[] = [];
    for (const typed of lines) {
      texts.push(`# rootdisk ${typed}`);
      for (const width of widths) {
        const args = withFlags(line, typed.split(' '));
        texts.push(calm(await show(args, width, line.folder)));
      }
    }
    await expect(`${texts.join('\n\n')}\n`).toMatchFileSnapshot(`${name}.txt`);
  },
);

test('results fit a terminal of 60 columns, but for single words that are longer', async () => {
  for (const typed of ['list', 'cache ls', 'lock ls', 'cache verify', 'resolve acme']) {
    const text = await show(withFlags(line, typed.split(' ')), 60, line.folder);
    const long = text.split('\n').filter((row) => row.length > 60);
    for (const row of long) expect(row.trim().split(/ {2,}/).at(-1)).not.toContain(' ');
  }
});

test('every command has a page', () => {
  const shown = Object.values(pages).flat();
  const without = commands.filter(
    ({ name }) => !shown.some((one) => `${one} `.startsWith(`${name} `)),
  );
  const elsewhere = [
    'cat',
    'boot',
    'deliver',
    'bundle create',
    'cache export',
    'cache import',
    'completion',
  ];
  expect(without.map(({ name }) => name).filter((name) => !elsewhere.includes(name))).toEqual([]);
});

/** Without what differs from run to run. */
function calm(text: string): string {
  return text
    .replaceAll(line.folder, 'FOLDER')
    .replaceAll(version, 'VERSION')
    .replace(/127\.0\.0\.1:\d+/g, 'UPSTREAM')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(new Date().toISOString().slice(0, 10), 'TODAY')
    .replace(/\bin \d+ ms\b/g, 'in SOME ms')
    .replace(/\b\d+(?:\.\d+)? (?:B|[KMGT]iB)\/s/g, 'RATE')
    .replace(/^(?:fetch|decode) +\d+ %.*\n?/gm, '');
}
