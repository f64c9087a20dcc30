import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { root } from './consumer.ts';
import { findNeeded, isAllowed, type LockedPackage } from './licences.ts';

test('every package for users, optional ones included, has a licence that is compatible with MIT', async () => {
  const lock: { packages: Record<string, LockedPackage> } = JSON.parse(
    await readFile(join(root, 'package-lock.json'), 'utf8'),
  );
  const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const needed = findNeeded(lock.packages, names);
  expect(needed).toEqual(expect.arrayContaining(names.map((name) => `node_modules/${name}`)));
  const refused = needed.filter((path) => !isAllowed(lock.packages[path]?.license));
  expect(refused.map((path) => `${path}: ${lock.packages[path]?.license}`)).toEqual([]);
});

test('the licence of code in dist is shipped with it', async () => {
  const licence = await readFile(join(root, 'node_modules/yaml/LICENSE'), 'utf8');
  const page = await readFile(join(root, 'docs/bundled-licences.md'), 'utf8');
  expect(page).toContain(licence.trim());
  expect(manifest.files).toContain('docs/*.md');
});

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['MIT AND GPL-3.0-only', false],
  ['(MIT AND BSD-2-Clause) OR GPL-3.0-only', true],
  ['GPL-3.0-only OR MIT AND Apache-2.0', true],
  ['LGPL-3.0+', false],
  ['SEE LICENSE IN LICENSE', false],
  ['', false],
  [undefined, false],
])('%s: allowed is %s', (expression, is) => {
  expect(isAllowed(expression)).toBe(is);
});

test('packages within packages are found, and those that only others need are not', () => {
  const packages: Record<string, LockedPackage> = {
    'node_modules/a': { dependencies: { b: '1' } },
    'node_modules/a/node_modules/b': { optionalDependencies: { '@c/d': '1', gone: '1' } },
    'node_modules/@c/d': { peerDependencies: { b: '2' } },
    'node_modules/b': {},
    'node_modules/e': { dependencies: { a: '1' } },
  };
  expect(findNeeded(packages, ['a'])).toEqual([
    'node_modules/@c/d',
    'node_modules/a',
    'node_modules/a/node_modules/b',
    'node_modules/b',
  ]);
});
