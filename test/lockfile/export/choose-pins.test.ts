import { expect, test } from 'vitest';
import { choosePins, type PinChoice } from '../../../src/lockfile/export/choose-pins.ts';
import { hclNames } from '../../../src/lockfile/export/pin-names.ts';
import { exportTargets } from '../../../src/lockfile/export/targets.ts';
import { bareEntry, bareImage, sample } from '../samples.ts';
import { pin } from './pins.ts';

function choose(choice: Partial<PinChoice>, lock = sample, to: 'json' | 'lima' = 'json'): string[] {
  const all = { aliases: [], arch: undefined, ...choice };
  return choosePins(lock, all, exportTargets[to]).map(({ alias, arch }) => `${alias} ${arch}`);
}

test('all pins, by name and architecture, in any order of the file', () => {
  const all = ['acme-1 amd64', 'acme-13 amd64', 'acme-13 arm64'];
  expect(choose({})).toEqual(all);
  expect(choose({}, { images: [...sample.images].reverse() })).toEqual(all);
});

test('by name, and by architecture', () => {
  expect(choose({ aliases: ['acme-13'] })).toEqual(['acme-13 amd64', 'acme-13 arm64']);
  expect(choose({ arch: 'arm64' })).toEqual(['acme-13 arm64']);
  expect(choose({ aliases: ['acme-13', 'acme-13'], arch: 'arm64' })).toEqual(['acme-13 arm64']);
});

test.each<[string, () => unknown, string, string]>([
  ['a name that is not locked', () => choose({ aliases: ['acme-3'] }), '"acme-3"', 'acme-1'],
  [
    'an architecture that a named one is not locked for',
    () => choose({ aliases: ['acme-1', 'acme-13'], arch: 'arm64' }),
    'acme-1 is not locked for arm64',
    'Use one of: amd64.',
  ],
  [
    'an architecture that none is locked for',
    () => choose({ arch: 's390x' }),
    'not locked for s390x',
    'Use one of: amd64',
  ],
  [
    'two images in one Lima template',
    () => choose({}, sample, 'lima'),
    'a template of Lima takes one image, and there are 2',
    'Name one of: acme-1, acme-13.',
  ],
  [
    'two pins of one name in HCL',
    () => hclNames([pin({}, { alias: 'a.b' }), pin({}, { alias: 'a_b' })]),
    'a.b (amd64) and a_b (amd64) would both get the name a_b_amd64',
    'rename',
  ],
])('%s: refused', (_, call, message, hint) => {
  expect(call).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_REQUEST',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    }),
  );
});

test('one image on several architectures is one Lima template', () => {
  expect(choose({ aliases: ['acme-13'] }, sample, 'lima')).toHaveLength(2);
  const one = { images: [{ ...bareEntry, architectures: { amd64: bareImage } }] };
  expect(choose({}, one, 'lima')).toEqual(['acme-1 amd64']);
});
