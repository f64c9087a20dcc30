import { chmod, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Allowance } from '../../src/index.ts';
import { buildQcow2Image } from '../../src/testing/index.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { markCorrupt } from './odd-images.ts';

let line: Line;
const disk = makeDisk();
const extents = [{ position: 0, bytes: disk }];
const image = markCorrupt(buildQcow2Image({ virtualSize: disk.length, extents }).bytes);
const build = { release: '1', snapshot: '20260101', file: 'acme.qcow2', layers: ['qcow2'] };
const allow: Allowance[] = ['corrupt-flag'];
const warning = {
  code: 'allowed-corrupt-flag',
  message: 'the image is marked as corrupt; accepted by --allow corrupt-flag (allow)',
};

beforeEach(async () => {
  line = await startLine();
  line.offer({ ...build, digest: sha256(image) }, image);
});
afterEach(() => line.close());

describe('an image that marks itself as corrupt', () => {
  test('is refused, and the hint names the word that allows it', async () => {
    await expect(line.ensure()).rejects.toMatchObject({
      code: 'ERR_DECODE',
      details: { reason: 'corrupt-flag' },
      hint: expect.stringContaining('--allow corrupt-flag'),
    });
    expect(await line.visible()).toEqual([]);
  });

  test('becomes a disk with the word, and the record and the warnings name it', async () => {
    const warned: object[] = [];
    const made = await line.ensure('acme:1', {
      allow,
      onProgress: (event) => void (event.type === 'warning' && warned.push(event.warning)),
    });
    expect(await sha256File(made.path)).toBe(sha256(disk));
    expect(made.trust.warnings).toContainEqual(warning);
    expect(warned).toContainEqual(warning);
    const record = JSON.parse(await readFile(`${made.path}.json`, 'utf8'));
    expect(record.allowed).toEqual([
      { allowance: 'corrupt-flag', message: 'the image is marked as corrupt' },
    ]);
  });
});

describe('a cached disk that was made with an allowance', () => {
  test('serves a call with the allowance, with the same warning', async () => {
    await line.ensure('acme:1', { allow });
    const hit = await line.ensure('acme:1', { allow: [...allow, 'trailing'] });
    expect(hit.origin).toBe('cache');
    expect(hit.trust.warnings).toContainEqual(warning);
    const offline = await line.ensure('acme:1', { allow, offline: true });
    expect(offline.trust.warnings).toContainEqual(warning);
  });

  test.each([
    ['asked again', {}, 'ERR_DECODE'],
    ['pinned by a digest', { digest: sha256(image) }, 'ERR_DECODE'],
    ['offline', { offline: true }, 'ERR_OFFLINE_MISS'],
  ])('is not used for a call without it: %s', async (_how, options, code) => {
    await line.ensure('acme:1', { allow, ...options, offline: false });
    await expect(line.ensure('acme:1', options)).rejects.toMatchObject({ code });
  });

  test('is not used as a replacement while upstream is down', async () => {
    await line.ensure('acme:1', { allow });
    line.upstream.route('images.acme.example/index.json', (_request, response) => {
      response.writeHead(403);
      response.end();
    });
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
    expect((await line.ensure('acme:1', { allow })).origin).toBe('cache');
  });
});

test('a word that was not needed is not recorded, and the disk serves every call', async () => {
  const whole = buildQcow2Image({ virtualSize: disk.length, extents }).bytes;
  line.offer({ ...build, digest: sha256(whole) }, whole);
  const made = await line.ensure('acme:1', { allow: ['trailing', 'corrupt-flag', 'encrypted'] });
  expect(made.trust.warnings.filter(({ code }) => code.startsWith('allowed'))).toEqual([]);
  expect(JSON.parse(await readFile(`${made.path}.json`, 'utf8'))).not.toHaveProperty('allowed');
  expect((await line.ensure()).origin).toBe('cache');
});

test('a record with an unknown word is damaged', async () => {
  const made = await line.ensure('acme:1', { allow });
  await line.releaseAll();
  const path = `${made.path}.json`;
  const text = await readFile(path, 'utf8');
  await chmod(path, 0o644);
  await writeFile(path, text.replace('"allowance": "corrupt-flag"', '"allowance": "anything"'));
  const told: string[] = [];
  await line.ensure('acme:1', { allow, log: ({ message }) => void told.push(message) });
  expect(told.filter((message) => message.includes('allowed[0]'))).not.toEqual([]);
});

test.each<[unknown, string]>([
  [['trailng'], 'Did you mean trailing?'],
  [['anything'], 'Use one or more of: trailing, corrupt-flag, encrypted.'],
  ['trailing', 'Use one or more of'],
  [[7], 'Use one or more of'],
])('allow: %j is refused', async (given, hint) => {
  await expect(line.ensure('acme:1', { allow: given as Allowance[] })).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    hint: expect.stringContaining(hint),
    details: { field: 'allow' },
  });
});
