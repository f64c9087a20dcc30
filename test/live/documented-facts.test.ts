import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/read-catalog.ts';
import { documentedFacts } from './documented-facts.ts';
import { readFacts, writeFacts } from './facts.ts';
import { type Canary, startCanary } from './start-canary.ts';

let canary: Canary;
beforeEach(async () => {
  canary = await startCanary();
});
afterEach(() => canary.close());

test('--start asks no vendor and states the facts of the catalog', async () => {
  const { code } = await canary.run('--start');
  expect([code, canary.site.upstream.requests]).toEqual([0, []]);
  const { debian, rocky } = await readFacts(canary.facts);
  expect(debian?.documented).toBe(true);
  expect(debian?.images['latest amd64']).toEqual(debian?.images['13 amd64']);
  expect(debian?.images['12 amd64']).toEqual({
    ...{ release: '12', variant: 'genericcloud', layers: ['qcow2'] },
    address: 'cloud.debian.org/images/cloud/{codename}/#-#/debian-#-genericcloud-amd64-#-#.qcow2',
  });
  expect(Object.keys(rocky?.images ?? {})).toContain('9 arm64');
});

test('--start keeps the observed facts', async () => {
  await canary.site.serve('almalinux', canary.signer);
  await canary.run('--only', 'almalinux', '--update');
  const { almalinux: seen } = await readFacts(canary.facts);
  await canary.run('--start');
  const { almalinux: kept } = await readFacts(canary.facts);
  expect([kept, kept?.documented]).toEqual([seen, undefined]);
});

test('documented facts are compared as far as they are known, and --update adds the others', async () => {
  await canary.run('--start');
  await canary.site.serve('debian', canary.signer);
  const first = await canary.run('--only', 'debian');
  expect(first.code).toBe(10);
  expect(first.stdout).toMatch(/^debian +facts +documented only +2 releases, \d+ images$/m);
  expect(first.stdout).not.toMatch(/trust level|signers|architectures/);
  await canary.run('--only', 'debian', '--update');
  const { debian } = await readFacts(canary.facts);
  expect(debian).not.toHaveProperty('documented');
  expect(debian?.images['latest amd64']).toMatchObject({ level: 'checksum' });
  expect((await canary.run('--only', 'debian')).code).toBe(0);
});

test('an address that differs from the documented one has its row', async () => {
  const { images } = await readCatalog(undefined);
  const facts = documentedFacts(images);
  const text = JSON.stringify(facts).replaceAll(
    'cloud.debian.org/images',
    'cdimage.debian.org/images',
  );
  await writeFacts(canary.facts, JSON.parse(text));
  await canary.site.serve('debian', canary.signer);
  const { stdout } = await canary.run('--only', 'debian');
  expect(stdout).toMatch(/^debian .* address +cdimage\.debian\.org.* cloud\.debian\.org/m);
});

test('the shipped file has at least the facts of the catalog', async () => {
  const { images } = await readCatalog(undefined);
  const shipped = await readFile(new URL('facts.json', import.meta.url), 'utf8');
  const { vendors }: { vendors: object } = JSON.parse(shipped);
  expect(Object.keys(vendors)).toEqual(
    expect.arrayContaining(Object.keys(documentedFacts(images))),
  );
});
