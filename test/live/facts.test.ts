import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Facts, readFacts, writeFacts } from './facts.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-facts-'));
  path = join(folder, 'facts.json');
});
afterEach(() => rm(folder, { recursive: true }));

const facts: Facts = {
  acme: {
    since: '2026-11-20',
    releases: { 2: { arches: ['arm64', 'amd64'], variants: ['small', 'large'] } },
    images: {
      'latest arm64': { refused: 'ERR_NOT_FOUND' },
      'latest amd64': {
        ...{ release: '2', variant: 'small', level: 'signed', signers: ['AB'], layers: ['qcow2'] },
        ...{ address: 'acme.example/#', sized: false, eol: '2027-01-01' },
      },
    },
  },
};

test('facts are read back as written', async () => {
  expect(await readFacts(path)).toEqual({});
  await writeFacts(path, facts);
  expect(await readFacts(path)).toEqual(facts);
});

test('the order of the requests does not matter', async () => {
  await writeFacts(path, { ...facts, abc: { since: '2026-11-20', releases: {}, images: {} } });
  const text = await readFile(path, 'utf8');
  expect(text.indexOf('"abc"')).toBeLessThan(text.indexOf('"acme"'));
  expect(text.indexOf('latest amd64')).toBeLessThan(text.indexOf('latest arm64'));
  // The default variant is the first.
  expect(text.indexOf('small')).toBeLessThan(text.indexOf('large'));
});

test.each([
  '[]',
  '{"version":2,"vendors":{}}',
  '{"version":1,"vendors":{"acme":{"since":"2026-11-20","releases":{},"images":{"latest amd64":{}}}}}',
])('another document is refused: %s', async (text) => {
  await writeFile(path, text);
  await expect(readFacts(path)).rejects.toThrow(/holds no facts of version 1/);
});

test('the shipped file is a valid file of facts', async () => {
  const shipped = new URL('facts.json', import.meta.url).pathname;
  expect(await readFacts(shipped)).toBeTypeOf('object');
});
