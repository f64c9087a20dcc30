import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const partFolders = ['vendors', 'formats', 'verifiers'];
const sources = ['src', ...partFolders].flatMap(listSources);
/** Loaded on first use, each in one file. */
const heavy = [
  'got',
  'cheerio',
  'fast-xml-parser',
  'yauzl',
  '@napi-rs/lzma',
  'p-limit',
  '@sigstore/bundle',
  '@sigstore/protobuf-specs',
  '@sigstore/verify',
];
/** Each is loaded when a signature of its form comes along. */
const signatureForms = ['openpgp', 'signify', 'minisign', 'sigstore'];

function listSources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(root, path)).isDirectory()) return listSources(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

interface Import {
  from: string;
  to: string;
  isType: boolean;
  isDynamic: boolean;
}

function readImports(path: string): Import[] {
  const text = readFileSync(join(root, path), 'utf8');
  const statics = text.matchAll(/^(import|export)( type)?\b[^'";]*?from '([^']+)';/gms);
  const dynamics = text.matchAll(/(?<!typeof )\bimport\(\s*'([^']+)',?\s*\)/g);
  const at = (to: string) => (to.startsWith('.') ? normalize(join(dirname(path), to)) : to);
  return [
    ...[...statics].map((match) => ({
      from: path,
      to: at(match[3] ?? ''),
      isType: match[2] !== undefined,
      isDynamic: false,
    })),
    ...[...dynamics].map((match) => ({
      from: path,
      to: at(match[1] ?? ''),
      isType: false,
      isDynamic: true,
    })),
  ];
}

const imports = sources.flatMap(readImports);
const say = (bad: Import[]) => bad.map(({ from, to }) => `${from} -> ${to}`);

test('parts import the kit and their own folder only', () => {
  const bad = imports.filter(({ from, to, isDynamic }) => {
    const folder = partFolders.find((name) => from.startsWith(`${name}/`));
    if (folder === undefined || !/^(src|vendors|formats|verifiers)\//.test(to)) return false;
    if (to === 'src/kit.ts') return false;
    if (from.startsWith('vendors/') && to.startsWith('vendors/keys/')) return false;
    const isForm = signatureForms.some((form) => to === `verifiers/${form}/index.ts`);
    if (from.startsWith('verifiers/') && isForm && isDynamic) return false;
    const [, first = ''] = from.split('/');
    // A part may use its own folder (formats/xz.ts and formats/xz/) and what its kind shares; a vendor its keys. The
    // forms of signatures are parts of the verifiers that check one, loaded by what those share.
    const own = first.replace(/\.ts$/, '');
    return ![`${folder}/${own}.ts`, `${folder}/${own}/`, `${folder}/shared/`].some(
      (allowed) => to === allowed || to.startsWith(allowed),
    );
  });
  expect(say(bad)).toEqual([]);
});

test('only the index and the testing folder import parts', () => {
  const bad = imports.filter(
    ({ from, to }) =>
      from.startsWith('src/') &&
      from !== 'src/index.ts' &&
      !from.startsWith('src/testing/') &&
      partFolders.some((folder) => to.startsWith(`${folder}/`)),
  );
  expect(say(bad)).toEqual([]);
});

test('nothing imports the command line', () => {
  const bad = imports.filter(
    ({ from, to }) => to.startsWith('src/cli/') && !from.startsWith('src/cli/'),
  );
  expect(say(bad)).toEqual([]);
});

test.each(heavy)('%s is loaded on first use, in one file', (name) => {
  const users = imports.filter(({ to, isType }) => to === name && !isType);
  expect(users.filter(({ isDynamic }) => !isDynamic).map(({ from }) => from)).toEqual([]);
  expect(users.length).toBeLessThanOrEqual(1);
});

test('keys are loaded on use only, and what keeps them is in no package', () => {
  const material = imports.filter(({ to }) => to.startsWith('vendors/keys/material/'));
  expect(material.length).toBeGreaterThan(0);
  expect(say(material.filter(({ isDynamic }) => !isDynamic))).toEqual([]);
  const keeping = /^vendors\/keys\/(?:refresh|every-key)/;
  const bad = imports.filter(({ from, to }) => keeping.test(to) && !keeping.test(from));
  expect(say(bad)).toEqual([]);
});

test('sockets are opened under src/http and src/testing only', () => {
  const nets = ['node:http', 'node:https', 'node:net', 'node:tls', 'node:dgram', 'got'];
  const bad = imports.filter(
    ({ from, to, isType }) => nets.includes(to) && !isType && !/^src\/(http|testing)\//.test(from),
  );
  expect(say(bad)).toEqual([]);
});

test('no file is longer than 300 lines, nine in ten are under 200', () => {
  const lengths = sources
    .map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n').length }))
    .sort((a, b) => b.lines - a.lines);
  expect(lengths.filter(({ lines }) => lines > 300)).toEqual([]);
  expect(lengths[Math.floor(lengths.length / 10)]?.lines).toBeLessThanOrEqual(200);
});
