import { describe, expect, test } from 'vitest';
import { findDoubleNames } from './double-names.ts';
import { findFullFolders } from './full-folders.ts';
import { findHeavyUses } from './heavy-packages.ts';
import { findImportCircles } from './import-circles.ts';
import { findImports, sayImports } from './imports.ts';
import { findKeptPromises } from './kept-promises.ts';
import { findLongFiles } from './long-files.ts';
import { findOptionalSpreads } from './optional-spreads.ts';
import {
  findBoundParts,
  findEarlyKeys,
  findOutwardImports,
  findStrayPartImports,
} from './part-imports.ts';
import { findFileUses, findSocketUses, findTerminalUses } from './side-effects.ts';
import { findSingleUsers } from './single-users.ts';
import { parseSources } from './source-file.ts';

const importsOf = (files: Record<string, string>) => findImports(parseSources(files));
const usersOf = (files: Record<string, string>) =>
  findSingleUsers(Object.keys(files), importsOf(files));

test('imports are found in every form', () => {
  const text = `
    import one, { type Two, three as four } from './a.ts';
    import type { Five } from '../b.ts';
    import * as six from 'six';
    import 'seven';
    export { eight } from './c/d.ts';
    export type * from './e.ts';
    export const nine: typeof import('nine') = await import('./f.ts');
    // import { ten } from './g.ts';
  `;
  expect(importsOf({ 'src/x/y.ts': text })).toEqual(
    [
      { to: 'src/x/a.ts', isType: false, isDynamic: false, names: ['default', 'Two', 'three'] },
      { to: 'src/b.ts', isType: true, isDynamic: false, names: ['Five'] },
      { to: 'six', isType: false, isDynamic: false, names: ['*'] },
      { to: 'seven', isType: false, isDynamic: false, names: [] },
      { to: 'src/x/c/d.ts', isType: false, isDynamic: false, names: ['eight'] },
      { to: 'src/x/e.ts', isType: true, isDynamic: false, names: ['*'] },
      { to: 'nine', isType: true, isDynamic: false, names: ['*'] },
      { to: 'src/x/f.ts', isType: false, isDynamic: true, names: ['*'] },
    ].map((one) => ({ from: 'src/x/y.ts', ...one })),
  );
});

describe('import circles', () => {
  test('files that import each other by types form one', () => {
    const files = {
      'src/a.ts': "import { b } from './b.ts';",
      'src/b.ts': "import { c } from './c.ts';",
      'src/c.ts': "import type { A } from './a.ts';",
    };
    expect(findImportCircles(importsOf(files))).toEqual([
      'src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts',
    ]);
  });

  test('two circles through one file are both found', () => {
    const files = {
      'src/a.ts': "import { b } from './b.ts'; import { c } from './c.ts';",
      'src/b.ts': "import { a } from './a.ts';",
      'src/c.ts': "import { a } from './a.ts';",
    };
    expect(findImportCircles(importsOf(files))).toHaveLength(2);
  });

  test('two import paths to one file form none', () => {
    const files = {
      'src/a.ts': "import { b } from './b.ts'; import { c } from './c.ts';",
      'src/b.ts': "import { c } from './c.ts';",
      'src/c.ts': 'export const c = 1;',
    };
    expect(findImportCircles(importsOf(files))).toEqual([]);
  });
});

test('a folder of 26 files is too full, unless its files are siblings of one kind', () => {
  const fill = (folder: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${folder}/${index}.ts`);
  const paths = [...fill('src/line', 26), ...fill('src/http', 25), ...fill('src/http/wire', 25)];
  expect(findFullFolders(paths)).toEqual(['src/line: 26 files']);
  expect(findFullFolders([...fill('vendors', 40), ...fill('vendors/keys/material', 40)])).toEqual(
    [],
  );
});

describe('users of shared files', () => {
  test('a file and a folder of one part are one user', () => {
    const files = {
      'formats/shared/tar/header.ts': 'export const header = 1;',
      'formats/tar.ts': "import { header } from './shared/tar/header.ts';",
      'formats/tar/members.ts': "import { header } from '../shared/tar/header.ts';",
    };
    expect(usersOf(files)).toEqual(['formats/shared/tar/header.ts: only formats/tar']);
  });

  test('two parts are two, also through another shared file', () => {
    const files = {
      'formats/shared/a.ts': 'export const a = 1;',
      'formats/shared/b.ts': "import { a } from './a.ts';",
      'formats/xz.ts': "import { b } from './shared/b.ts';",
      'formats/zstd.ts': "import { b } from './shared/b.ts';",
    };
    expect(usersOf(files)).toEqual([]);
  });

  test('an unused file is reported', () => {
    expect(usersOf({ 'vendors/shared/a.ts': '' })).toEqual(['vendors/shared/a.ts: no user']);
  });
});

describe('exported names', () => {
  const named = (files: Record<string, string>) => findDoubleNames(parseSources(files));

  test.each([
    ['export function look() {}', 'export const look = 1;'],
    ['export interface look {}', 'export type look = 1;'],
    ['export class look {}', 'function look() {}\nexport { look };'],
    ['export const { look } = { look: 1 };', 'const seen = 1;\nexport { seen as look };'],
  ])('%s and %s count as two meanings', (one, other) => {
    expect(named({ 'src/a.ts': one, 'src/b.ts': other })).toEqual(['look: src/a.ts, src/b.ts']);
  });

  test('a re-export, a local name and key material are ignored', () => {
    const files = {
      'src/a.ts': 'export function look() {}',
      'src/b.ts': "export { look } from './a.ts';",
      'src/c.ts': "import { look } from './a.ts';\nexport { look };",
      'src/d.ts': 'const look = 1;',
      'vendors/keys/material/one.ts': 'export const armored = 1;',
      'vendors/keys/material/two.ts': 'export const armored = 2;',
    };
    expect(named(files)).toEqual([]);
  });
});

test.each([
  ['{ ...(x === undefined ? {} : { x }) }', 1],
  ['{ ...(x ? { x } : {}) }', 1],
  ['{ ...(x !== undefined && { x }) }', 1],
  ['{ ...(x ? { x } : undefined) }', 1],
  ['{ ...defined({ x }) }', 0],
  ['{ ...(x ?? {}) }', 0],
  ['{ ...(x ? one : other) }', 0],
  ['[...(x === undefined ? [] : [x])]', 0],
])('%s has %d spreads of an optional field', (text, count) => {
  const sources = parseSources({ 'src/a.ts': `export const a = ${text};` });
  expect(findOptionalSpreads(sources)).toHaveLength(count);
});

test.each([
  ['x ??= run(); x = undefined; async function run() {}', 1],
  ['class A { a() { this.#x ??= this.#run(); } async #run() { this.#x = undefined; } }', 1],
  ['x ??= run(); async function run() {}', 0],
  ['x ??= run(); x = undefined; function run() {}', 0],
  ['x ??= await run(); x = undefined; async function run() {}', 0],
])('%s keeps %d promises of work that may have ended', (text, count) => {
  expect(findKeptPromises(parseSources({ 'src/a.ts': text }))).toHaveLength(count);
});

describe('imports of parts', () => {
  const judge = (find: typeof findStrayPartImports, from: string, statement: string) =>
    find(importsOf({ [from]: statement })).length;

  test.each([
    ['vendors/debian.ts', "import '../src/kit.ts';", 0],
    ['vendors/debian.ts', "import './debian/tree.ts';", 0],
    ['vendors/debian/tree.ts', "import '../shared/folder.ts';", 0],
    ['vendors/debian.ts', "import './keys/debian.ts';", 0],
    ['verifiers/shared/key-ring.ts', "import('../openpgp/index.ts');", 0],
    ['verifiers/shared/key-ring.ts', "import '../openpgp/index.ts';", 1],
    ['vendors/debian.ts', "import type { Arch } from '../src/kit/arch.ts';", 1],
    ['vendors/debian.ts', "import './ubuntu.ts';", 1],
    ['vendors/debian.ts', "import './debian-like/tree.ts';", 1],
    ['formats/xz.ts', "import '../vendors/keys/debian.ts';", 1],
  ])('%s: %s gives %d errors', (from, statement, count) => {
    expect(judge(findStrayPartImports, from, statement)).toBe(count);
  });

  test('only the index binds parts', () => {
    const statement = "import { xz } from '../formats/xz.ts';";
    expect(judge(findBoundParts, 'src/core.ts', statement)).toBe(1);
    expect(judge(findBoundParts, 'src/index.ts', statement)).toBe(0);
  });

  test('the command line and the testing kit import, and are not imported', () => {
    expect(judge(findOutwardImports, 'src/core.ts', "import './cli/io.ts';")).toBe(1);
    expect(judge(findOutwardImports, 'src/cli/main.ts', "import './io.ts';")).toBe(0);
    expect(judge(findOutwardImports, 'src/kit.ts', "import './testing/upstream.ts';")).toBe(1);
  });

  test('key material comes by import() and nothing imports the programs of the keys', () => {
    const from = 'vendors/keys/debian.ts';
    expect(judge(findEarlyKeys, from, "import { armored } from './material/a.ts';")).toBe(1);
    expect(judge(findEarlyKeys, from, "() => import('./material/a.ts');")).toBe(0);
    expect(judge(findEarlyKeys, from, "import './refresh-keys.ts';")).toBe(1);
  });
});

test('a heavy package is imported on demand, in one file', () => {
  const use = (files: Record<string, string>) => findHeavyUses('got', importsOf(files));
  const onUse = "() => import('got');";
  expect(use({ 'src/a.ts': onUse, 'src/b.ts': "import type { Got } from 'got';" })).toEqual([]);
  expect(use({ 'src/a.ts': "import got from 'got';" })).toEqual(['src/a.ts -> got']);
  expect(use({ 'src/a.ts': onUse, 'src/b.ts': onUse })).toHaveLength(2);
});

test('sockets and files are opened only in their own folders', () => {
  const imports = importsOf({
    'src/http/wire/wire.ts': "import { request } from 'node:http';",
    'src/line/fetch.ts':
      "import { connect } from 'node:net';\nimport { open } from 'node:fs/promises';",
    'src/cache/read.ts': "import type { Socket } from 'node:net';",
    'formats/xz.ts': "import { open } from 'node:fs/promises';",
    'formats/vhd.ts': "import type { FileHandle } from 'node:fs/promises';",
  });
  expect(sayImports(findSocketUses(imports))).toEqual(['src/line/fetch.ts -> node:net']);
  expect(sayImports(findFileUses(imports))).toEqual(['formats/xz.ts -> node:fs/promises']);
});

test('the environment and the terminal are used only in their own folders', () => {
  const sources = parseSources({
    'src/line/call.ts': "if (process.platform === 'aix') console.log(process.env['HOME']);",
    'src/http/client.ts': 'use(process.env);\nprocess.stderr.write(text);',
    'src/cli/io.ts': 'process.stdout.write(text);',
    'vendors/debian.ts': '// process.exit(1)\nprocess.exit(1);',
  });
  expect(findTerminalUses(sources)).toEqual([
    'src/line/call.ts:1 console.log',
    'src/line/call.ts:1 process.env',
    'src/http/client.ts:2 process.stderr',
    'vendors/debian.ts:2 process.exit',
  ]);
});

test('files of more than 300 lines are reported, those of more than 200 if there are many', () => {
  const file = (path: string, lines: number) => ({ [path]: '\n'.repeat(lines - 1) });
  const short = Object.fromEntries(
    Array.from({ length: 19 }, (_, index) => [`src/${index}.ts`, '']),
  );
  const find = (...files: Record<string, string>[]) =>
    findLongFiles(parseSources(Object.assign({}, short, ...files)));
  expect(find(file('src/a.ts', 300))).toEqual([]);
  expect(find(file('src/a.ts', 301))).toEqual(['src/a.ts: 301 lines']);
  expect(find(file('src/a.ts', 250), file('src/b.ts', 201), file('src/c.ts', 200))).toEqual([]);
  expect(find(file('src/a.ts', 250), file('src/b.ts', 201), file('src/c.ts', 201))).toHaveLength(3);
});
