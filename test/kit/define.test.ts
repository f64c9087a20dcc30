import { describe, expect, test } from 'vitest';
import { defineFormat, defineVendor, defineVerifier } from '../../src/kit.ts';

const vendor = { id: 'demo-os', title: 'Demo', apiVersion: 1, resolve: async () => ({}) };
const codec = { kind: 'codec', id: 'gz', detect: () => false, decode: async function* () {} };
const verifier = { kind: 'tls', prove: async () => ({}) };

// Values that an author without a type checker may write.
const loosely = {
  vendor: defineVendor as unknown as (part: unknown) => unknown,
  format: defineFormat as unknown as (part: unknown) => unknown,
  verifier: defineVerifier as unknown as (part: unknown) => unknown,
};

describe('a valid part is returned unchanged', () => {
  test('vendor', () => expect(loosely.vendor(vendor)).toBe(vendor));
  test('codec', () => expect(loosely.format(codec)).toBe(codec));
  test('verifier', () => expect(loosely.verifier(verifier)).toBe(verifier));
  test('verifier of a new kind', () => {
    const own = { ...verifier, kind: 'receipt' };
    expect(loosely.verifier(own)).toBe(own);
  });
  test('a vendor with additional fields, and optional ones that are undefined', () => {
    const own = {
      ...vendor,
      site: 'x',
      list: undefined,
      publisher: undefined,
      evidence: undefined,
    };
    expect(loosely.vendor(own)).toBe(own);
  });
});

const misfits: [keyof typeof loosely, unknown, RegExp][] = [
  ['vendor', { ...vendor, id: 'Demo' }, /"Demo" must be lower-case/],
  ['vendor', { ...vendor, id: '-demo' }, /lower-case/],
  ['vendor', { ...vendor, id: 'demo\n' }, /lower-case/],
  ['vendor', { ...vendor, id: undefined }, /vendor id undefined/],
  ['vendor', { ...vendor, id: 7 }, /vendor id 7/],
  ['vendor', { ...vendor, title: undefined }, /demo-os: no title/],
  ['vendor', { ...vendor, apiVersion: 2 }, /demo-os: apiVersion must be 1/],
  ['vendor', { ...vendor, resolve: undefined }, /demo-os: no resolve\(\)/],
  ['vendor', undefined, /a vendor must be an object, found undefined/],
  ['vendor', [vendor], /a vendor must be an object, found a list/],
  ['vendor', { ...vendor, apiVersion: '1' }, /apiVersion must be 1, found "1"/],
  ['vendor', { ...vendor, list: true }, /demo-os: list must be a method, found true/],
  ['vendor', { ...vendor, lsit: () => [] }, /unknown field "lsit"; did you mean list\?/],
  ['vendor', { ...vendor, evidance: 'captured' }, /"evidance"; did you mean evidence\?/],
  ['vendor', { ...vendor, evidence: 'sure' }, /evidence must be captured, .*, found "sure"/],
  ['vendor', { ...vendor, evidence: { default: 'captured', tiny: 7 } }, /evidence .* found 7/],
  ['vendor', { ...vendor, publisher: {} }, /publisher must be a text, found an object/],
  ['format', { ...codec, id: 'GZ' }, /format id/],
  [
    'format',
    { ...codec, kind: 'constructor' },
    /gz: kind must be codec, archive, disk, filesystem or volumes/,
  ],
  ['format', { ...codec, detect: true }, /gz: no detect\(\)/],
  ['format', { ...codec, decode: undefined }, /gz: no decode\(\)/],
  ['format', { ...codec, kind: 'disk' }, /gz: no open\(\)/],
  ['format', { ...codec, kind: 'archive' }, /gz: no entries\(\)/],
  [
    'format',
    { ...codec, copyto: async () => {} },
    /gz: unknown field "copyto"; did you mean copyTo/,
  ],
  ['format', { ...codec, size: 7 }, /gz: size must be a method, found 7/],
  ['format', { ...codec, apiVersion: 2 }, /format gz: apiVersion must be 1, found 2/],
  ['format', null, /a format must be an object, found null/],
  ['verifier', { ...verifier, kind: 'Pgp!' }, /verifier kind "Pgp!" must be lower-case/],
  ['verifier', { ...verifier, kind: undefined }, /verifier kind undefined/],
  ['verifier', { ...verifier, verifyDocment: () => {} }, /did you mean verifyDocument/],
  ['verifier', { ...verifier, apiVersion: '1' }, /tls: apiVersion must be 1, found "1"/],
  ['verifier', { kind: 'tls', proof: () => {} }, /tls: /],
  ['verifier', { ...verifier, prove: undefined }, /tls: no prove\(\)/],
];

test.each(misfits)('an invalid %s %# is refused immediately', (what, part, message) => {
  expect(() => loosely[what](part)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_REQUEST',
      message: expect.stringMatching(message),
    }),
  );
});
