import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { findBrokenAnchors, listAnchors } from './broken-anchors.ts';
import { listFiles, readSources } from './source-file.ts';
import { findUntruePlaces } from './untrue-places.ts';
import { findVagueWords } from './vague-words.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const folders = [
  'src',
  'vendors',
  'formats',
  'verifiers',
  'test',
  'tools',
  'examples',
  'docs',
  'schemas',
  '.ci',
];
const roots = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE'];
const files = [...roots, ...folders.flatMap(listFiles)];
const documents = files.filter((path) => path.endsWith('.md') && !path.startsWith('docs/api/'));
const scripts = Object.keys(manifest.scripts);

test.each(documents)('%s names only files, folders and scripts that exist', (path) => {
  expect(findUntruePlaces(path, read(path), files, scripts)).toEqual([]);
});

test('a link, a path and a script that do not exist are reported', () => {
  const text = `[a](trust.md) [b](gone.md#part) \`src/line/\` \`src/gone.ts\` \`vendors/<id>.ts\` npm run gone npm run docs`;
  const found = findUntruePlaces('docs/a.md', text, files, scripts);
  expect(found).toEqual([
    'docs/a.md: docs/gone.md',
    'docs/a.md: src/gone.ts',
    'docs/a.md: npm run gone',
  ]);
});

test.each(documents)('%s links only to anchors that exist', (path) => {
  expect(findBrokenAnchors(path, read(path), read)).toEqual([]);
});

test('anchors are named as on GitHub, and a missing one is reported', () => {
  const text = '# What `a.b` is: 1\n## Part\n## Part\n```sh\n# no heading\n```\n## [c](d.md), e_f';
  expect(listAnchors(text)).toEqual(['what-ab-is-1', 'part', 'part-1', 'c-e_f']);
  const links =
    '[a](#part) [b](../b.md#part-1) [c](../b.md#part-2) [d](#gone) [e](https://e.org/#f)';
  expect(findBrokenAnchors('docs/a.md', links, () => text)).toEqual([
    'docs/a.md: b.md#part-2',
    'docs/a.md: docs/a.md#gone',
  ]);
});

test('sentences name the caller, the lock holder or the other process', () => {
  const pages = documents
    .filter((path) => path !== 'docs/style.md')
    .flatMap((path) => findVagueWords(path, read(path)));
  const sources = readSources(['src', 'vendors', 'formats', 'verifiers', 'examples']);
  expect([...pages, ...sources.flatMap(({ path, text }) => findVagueWords(path, text))]).toEqual(
    [],
  );
});

test('a sentence that names none of them is found', () => {
  const text = '// The lock holder.\n// Nobody else, whoever asks.';
  expect(findVagueWords('src/a.ts', text)).toEqual(['src/a.ts:2 nobody', 'src/a.ts:2 whoever']);
});

describe('the first 60 lines of the README', () => {
  const lines = read('README.md').split('\n').slice(0, 60);

  test.each([
    'npm install rootdisk',
    'npx rootdisk ensure ubuntu:24.04',
    'npm ci && npm run demo',
    'npm ci && npm test',
    'npx -y -p node@24 -p npm@11 -c "npm ci && npm run demo"',
    'npx -y -p node@24 -p npm@11 -c "npm ci && npm test"',
  ])('contain %s', (line) => {
    expect(lines).toContain(line);
  });

  test('contain a program of six lines at most and the paragraph on verification', () => {
    const start = lines.indexOf('```ts');
    expect(start).toBeGreaterThan(0);
    expect(lines.indexOf('```', start) - start - 1).toBeLessThanOrEqual(6);
    expect(lines.some((line) => line.startsWith('**What is verified.**'))).toBe(true);
  });
});
