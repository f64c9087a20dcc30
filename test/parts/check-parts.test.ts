import { describe, expect, test } from 'vitest';
import { createRootdisk, type RootdiskOptions } from '../../src/core.ts';

const vendor = { id: 'odd-os', title: 'Odd OS', apiVersion: 1, resolve: async () => ({}) };
const codec = { kind: 'codec', id: 'odd', detect: () => false, async *decode() {} };
const archive = { kind: 'archive', id: 'odd', detect: () => false, async *entries() {} };
const disk = { kind: 'disk', id: 'odd', detect: () => false, open: async () => ({}) };
const verifier = { kind: 'odd-proof', prove: async () => ({}) };

/** Binds parts of a plug-in in plain JavaScript, without `defineVendor` and similar functions. */
function bind(parts: object): unknown {
  return createRootdisk(parts as RootdiskOptions);
}

describe('a part that was made without the kit is checked when it is bound', () => {
  test.each<[string, string, object, RegExp]>([
    ['a vendor', 'odd-os', { vendors: [{ ...vendor, apiVersion: 2 }] }, /^vendor odd-os: apiVer/],
    ['a vendor without one', 'odd-os', { vendors: [{ ...vendor, apiVersion: undefined }] }, /must/],
    ['a codec', 'odd', { formats: [{ ...codec, apiVersion: 2 }] }, /^format odd: apiVersion must/],
    ['an archive', 'odd', { formats: [{ ...archive, apiVersion: '1' }] }, /be 1, found "1"/],
    ['a disk', 'odd', { formats: [{ ...disk, apiVersion: 0 }] }, /be 1, found 0/],
    ['a verifier', 'odd-proof', { verifiers: [{ ...verifier, apiVersion: 2 }] }, /^verifier odd-p/],
  ])('the apiVersion of %s', (_title, plugin, parts, message) => {
    expect(() => bind(parts)).toThrow(
      expect.objectContaining({
        code: 'ERR_PLUGIN',
        exitCode: 8,
        message: expect.stringMatching(message),
        hint: expect.stringContaining(`Install a version of ${plugin}`),
        details: { plugin, method: 'define' },
      }),
    );
  });

  test.each<[string, string, object, RegExp]>([
    ['no resolve()', 'odd-os', { vendors: [{ ...vendor, resolve: 1 }] }, /no resolve\(\)/],
    [
      'a misspelt field',
      'odd',
      { formats: [{ ...codec, siez: async () => 1 }] },
      /did you mean size\?/,
    ],
    ['an unknown kind', 'odd', { formats: [{ ...codec, kind: 'file' }] }, /found "file"/],
    [
      'a value that is not an object',
      'vendors[0]',
      { vendors: [null] },
      /must be an object, found null/,
    ],
    ['no kind', 'verifiers[1]', { verifiers: [verifier, {}] }, /verifier kind undefined/],
  ])('its shape: %s', (_title, plugin, parts, message) => {
    expect(() => bind(parts)).toThrow(
      expect.objectContaining({
        code: 'ERR_PLUGIN',
        message: expect.stringMatching(message),
        details: { plugin, method: 'define' },
      }),
    );
  });

  test('a compatible version, or none of a format or verifier, is bound', () => {
    const formats = [codec, { ...archive, id: 'two', apiVersion: 1 }, { ...disk, id: 'three' }];
    bind({ vendors: [vendor], formats, verifiers: [{ ...verifier, apiVersion: 1 }] });
    bind({ verifiers: [verifier] });
  });

  test('a value that is not a list is a usage error', () => {
    expect(() => bind({ formats: codec })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_REQUEST', message: 'formats must be a list' }),
    );
  });
});
