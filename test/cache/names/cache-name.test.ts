import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  baseName,
  buildName,
  type CacheNameParts,
  companions,
  formatCacheName,
  hashParameters,
  parseCacheName,
} from '../../../src/cache/names/cache-name.ts';
import { isImageError } from '../../../src/errors.ts';

const plain: CacheNameParts = {
  vendor: 'ubuntu',
  release: '24.04',
  variant: 'server',
  arch: 'amd64',
  snapshot: '20260725',
  format: 'raw',
};

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 2 }),
  fc.string({ unit: fc.constantFrom(...'a0.+~-_pé/A\u0000 '), maxLength: 5 }),
);
const hex8 = fc.stringMatching(/^[0-9a-f]{8}$/);
const parts: fc.Arbitrary<CacheNameParts> = fc
  .record(
    {
      vendor: text.filter((vendor) => vendor !== ''),
      release: text,
      variant: text,
      arch: text,
      snapshot: text,
      parametersHash: hex8,
      digest8: hex8,
      format: text.filter((format) => !['', ...companions].includes(format)),
    },
    { requiredKeys: ['vendor', 'release', 'variant', 'arch', 'snapshot', 'format'] },
  )
  .filter((candidate) => JSON.stringify(candidate).isWellFormed());

describe('cache names', () => {
  it('are readable', () => {
    expect(formatCacheName(plain)).toBe('ubuntu_24.04_server_amd64_20260725.raw');
    expect(
      formatCacheName({
        ...plain,
        parametersHash: '0123abcd',
        digest8: 'deadbeef',
        variant: 'a_B+~',
      }),
    ).toBe('ubuntu_24.04_a+5f+42+2b+7e_amd64_20260725+p0123abcd~deadbeef.raw');
    expect(formatCacheName({ ...plain, vendor: '..', variant: '' })).toBe(
      '+2e._24.04__amd64_20260725.raw',
    );
  });

  it('are parsed back to the same parts, for any text', () => {
    fc.assert(
      fc.property(parts, (value) => {
        expect(parseCacheName(formatCacheName(value))).toEqual(value);
      }),
      { numRuns: 2000 },
    );
  });

  it('differ for different parts', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        fc.pre(
          JSON.stringify(Object.entries(a).sort()) !== JSON.stringify(Object.entries(b).sort()),
        );
        expect(formatCacheName(a)).not.toBe(formatCacheName(b));
      }),
      { numRuns: 1000 },
    );
  });

  it('have only legal characters and are never hidden', () => {
    fc.assert(
      fc.property(parts, (value) => {
        expect(formatCacheName(value)).toMatch(/^[a-z0-9+~_-][a-z0-9.+~_-]*\.[a-z0-9+-]+$/);
      }),
    );
  });

  it('are accepted only in their own spelling', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'ab0._+~-p'), maxLength: 60 }),
        (garbage) => {
          const found = parseCacheName(garbage);
          if (found !== undefined) expect(formatCacheName(found)).toBe(garbage);
        },
      ),
      { numRuns: 5000 },
    );
    const garbage = [
      '',
      '.',
      '..',
      'CACHEDIR.TAG',
      '.staging',
      'a_b_c_d.raw',
      'a_b_c_d_e_f.raw',
      'a_b_c_d_e',
      'a_b_c_d_e.',
      'a_b_c_d_e.json',
      'a_b_c_d_e.raw.json',
      'a_b_c_d_e.raw.source',
      '_b_c_d_e.raw',
      'a_b_c_d_.e.raw',
      'A_b_c_d_e.raw',
      'a_b_c_d_+61.raw',
      'a_b_c_d_+5F.raw',
      'a_b_c_d_+ff.raw',
      'a_b_c_d_e+.raw',
      'a_b_c_d_e~1234567.raw',
      'a_b_c_d_e~12345678+p12345678.raw',
      '../a_b_c_d_e.raw',
      'a_b_c_d_e.raw\n',
    ];
    expect(garbage.filter((name) => parseCacheName(name) !== undefined)).toEqual([]);
  });

  it('throw a typed error for a name that no file system can hold', () => {
    const bad: CacheNameParts[] = [
      { ...plain, snapshot: 'x'.repeat(240) },
      { ...plain, variant: 'é'.repeat(40) },
      { ...plain, release: '\ud800' },
      { ...plain, vendor: '' },
      { ...plain, format: '' },
      ...companions.map((format) => ({ ...plain, format })),
      { ...plain, digest8: 'DEADBEEF' },
    ];
    for (const value of bad)
      expect(codeOf(() => formatCacheName(value))).toBe('ERR_INVALID_REQUEST');
    const room = 240 - formatCacheName({ ...plain, snapshot: '' }).length - '.evidence'.length;
    const longest = { ...plain, snapshot: 'x'.repeat(room) };
    expect(parseCacheName(formatCacheName(longest))).toEqual(longest);
    expect(codeOf(() => formatCacheName({ ...plain, snapshot: 'x'.repeat(room + 1) }))).toBe(
      'ERR_INVALID_REQUEST',
    );
  });

  it('show the base of a sibling and the build of a format', () => {
    const name = formatCacheName({ ...plain, parametersHash: '0123abcd', digest8: 'deadbeef' });
    expect(baseName(name)).toBe('ubuntu_24.04_server_amd64_20260725+p0123abcd.raw');
    expect(buildName(name)).toBe('ubuntu_24.04_server_amd64_20260725+p0123abcd');
    expect(codeOf(() => baseName('../../etc/passwd'))).toBe('ERR_INVALID_REQUEST');
  });

  it('hash parameters independent of their order', () => {
    const json = '{"10":"a","9":"b","schematic":"37"}';
    const expected = createHash('sha256').update(json).digest('hex').slice(0, 8);
    expect(hashParameters({ schematic: '37', 9: 'b', 10: 'a' })).toBe(expected);
    expect(hashParameters({})).toBeUndefined();
    expect(hashParameters(undefined)).toBeUndefined();
  });
});

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return isImageError(error) ? error.code : String(error);
  }
}
