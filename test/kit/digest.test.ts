import { describe, expect, test } from 'vitest';
import { parseBase64Digest, parseDigest } from '../../src/kit.ts';

const hex256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const hex512 = hex256 + hex256;

describe('parseDigest', () => {
  test.each([
    [hex256, `sha256:${hex256}`],
    [hex512, `sha512:${hex512}`],
    [`sha256:${hex256}`, `sha256:${hex256}`],
    [`sha512:${hex512.toUpperCase()}`, `sha512:${hex512}`],
    [` ${hex256}\n`, `sha256:${hex256}`],
  ])('%s', (text, digest) => {
    expect(parseDigest(text, 'x')).toBe(digest);
  });

  test.each([
    '',
    'sha256:',
    hex256.slice(1),
    `${hex256.slice(1)}g`,
    `sha512:${hex256}`,
    `md5:${hex256.slice(32)}`,
    hex256.slice(24),
    null,
    42,
  ])('%s is refused, naming the place', (value) => {
    expect(() => parseDigest(value, 'kvm.sha256')).toThrow(
      expect.objectContaining({
        code: 'ERR_METADATA',
        message: expect.stringContaining('kvm.sha256'),
      }),
    );
  });
});

describe('parseBase64Digest', () => {
  const base64 = Buffer.from(hex512, 'hex').toString('base64');
  const bare = base64.replace(/=+$/, '');

  test('reads it with and without padding', () => {
    expect(parseBase64Digest(`sha512:${base64}`, 'x')).toBe(`sha512:${hex512}`);
    expect(parseBase64Digest(`sha512:${bare}`, 'x')).toBe(`sha512:${hex512}`);
    const short = Buffer.from(hex256, 'hex').toString('base64');
    expect(parseBase64Digest(`sha256:${short}`, 'x')).toBe(`sha256:${hex256}`);
  });

  test.each([
    ['no hash', bare],
    ['another hash', `sha256:${bare}`],
    ['cut', `sha512:${bare.slice(0, -1)}`],
    ['stray low bits', `sha512:${bare.slice(0, -1)}x`],
    ['url alphabet', `sha512:${'-_'.repeat(43)}`],
    ['a blank inside', `sha512:${bare.slice(0, 40)} ${bare.slice(40)}`],
    ['no text', undefined],
  ])('%s is refused', (_title, value) => {
    expect(() => parseBase64Digest(value, 'annotation')).toThrow(
      expect.objectContaining({
        code: 'ERR_METADATA',
        message: expect.stringContaining('annotation'),
      }),
    );
  });
});
