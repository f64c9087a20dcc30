import { expect, test } from 'vitest';
import { findDoubleNames } from './house/double-names.ts';
import { findFullFolders } from './house/full-folders.ts';
import { findHeavyUses } from './house/heavy-packages.ts';
import { findImportCircles } from './house/import-circles.ts';
import { findImports, sayImports } from './house/imports.ts';
import { findKeptPromises } from './house/kept-promises.ts';
import { findLongFiles } from './house/long-files.ts';
import { findOptionalSpreads } from './house/optional-spreads.ts';
import {
  findBoundParts,
  findEarlyKeys,
  findOutwardImports,
  findStrayPartImports,
} from './house/part-imports.ts';
import { findFileUses, findSocketUses, findTerminalUses } from './house/side-effects.ts';
import { findSingleUsers } from './house/single-users.ts';
import { listFiles, readSources } from './house/source-file.ts';

const productFolders = ['src', 'vendors', 'formats', 'verifiers'];
const sources = readSources(productFolders);
const paths = sources.map(({ path }) => path);
const imports = findImports(sources);

/** Loaded on demand, each in one file. */
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

test('the rules check the whole product', () => {
  expect(paths).toEqual(
    expect.arrayContaining(['src/ensure-image.ts', 'vendors/debian.ts', 'formats/xz.ts']),
  );
  expect(imports.length).toBeGreaterThan(paths.length);
});

test('no files import each other in a circle, not even by types', () => {
  expect(findImportCircles(imports)).toEqual([]);
});

test('no folder has more than 25 files', () => {
  const all = [...productFolders, 'test', 'examples', 'docs'].flatMap(listFiles);
  // The API pages are made by `npm run docs` and not committed.
  const kept = all.filter((path) => !path.startsWith('docs/api/'));
  expect(findFullFolders(kept)).toEqual([]);
});

test('every file of a shared folder has two users', () => {
  expect(findSingleUsers(paths, imports)).toEqual([]);
});

test('an exported name has one meaning', () => {
  expect(findDoubleNames(sources)).toEqual([]);
});

test('fields that may be absent are written with defined()', () => {
  expect(findOptionalSpreads(sources)).toEqual([]);
});

test('the promise of work that may have ended is not kept', () => {
  expect(findKeptPromises(sources)).toEqual([]);
});

test('parts import only the kit and their own folder', () => {
  expect(sayImports(findStrayPartImports(imports))).toEqual([]);
});

test('only the index and the testing folder import parts', () => {
  expect(sayImports(findBoundParts(imports))).toEqual([]);
});

test('nothing imports the command line or the testing kit', () => {
  expect(sayImports(findOutwardImports(imports))).toEqual([]);
});

test('keys are loaded only on demand, and the programs that maintain them are in no package', () => {
  expect(sayImports(findEarlyKeys(imports))).toEqual([]);
});

test.each(heavy)('%s is loaded on demand, in one file', (name) => {
  expect(findHeavyUses(name, imports)).toEqual([]);
});

test('sockets are opened only under src/http and src/testing', () => {
  expect(sayImports(findSocketUses(imports))).toEqual([]);
});

test('vendors, formats and verifiers open no file', () => {
  expect(sayImports(findFileUses(imports))).toEqual([]);
});

test('only the command line uses the terminal and the environment', () => {
  expect(findTerminalUses(sources)).toEqual([]);
});

test('no file is longer than 300 lines, nine in ten are under 200', () => {
  expect(findLongFiles(sources)).toEqual([]);
});
