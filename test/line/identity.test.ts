import { expect, test } from 'vitest';
import { isImageError, refuse, UsageError } from '../../src/errors.ts';
import { parseArch } from '../../src/kit/arch.ts';
import { readDigest } from '../../src/kit/digest.ts';
import { sourceUuid, uuidV5 } from '../../src/line/source-uuid.ts';

test('uuid version 5 agrees with the example of RFC 9562, A.4', () => {
  const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
  expect(uuidV5(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  expect(sourceUuid('a'.repeat(64))).not.toBe(sourceUuid('b'.repeat(64)));
});

test.each([
  ['x86_64', 'amd64'],
  ['X64', 'amd64'],
  ['aarch64', 'arm64'],
  ['ppc64el', 'ppc64le'],
  ['riscv64', 'riscv64'],
  ['i686', '386'],
])('%s is %s', (text, arch) => {
  expect(parseArch(text)).toBe(arch);
});

test.each(['', 'vax', 'constructor', '__proto__', 'toString'])(
  '%j is not an architecture',
  (text) => {
    expect(() => parseArch(text)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_REQUEST' }));
  },
);

test('digests are read in every usual spelling', () => {
  const hex = 'AB'.repeat(32);
  expect(readDigest(`SHA256:${hex}`)).toBe(`sha256:${hex.toLowerCase()}`);
  expect(readDigest('0'.repeat(128))).toBe(`sha512:${'0'.repeat(128)}`);
  for (const bad of [
    '',
    'sha256:',
    `sha512:${hex}`,
    `md5:${'0'.repeat(32)}`,
    `sha256:${'g'.repeat(64)}`,
  ]) {
    expect(() => readDigest(bad)).toThrow(expect.objectContaining({ exitCode: 2 }));
  }
});

test('errors are recognised by brand, not by class', () => {
  const error = refuse('encrypted', 'LUKS inside');
  expect(isImageError(error, 'ERR_UNSUPPORTED_FORMAT')).toBe(true);
  expect(isImageError(error, 'ERR_DECODE')).toBe(false);
  const foreign = new Error('from another copy');
  expect(isImageError(foreign)).toBe(false);
  Object.defineProperty(foreign, Symbol.for('rootdisk.ImageError'), { value: true });
  expect(isImageError(foreign)).toBe(true);
});

test('control characters of upstream names never reach a message', () => {
  const error = new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'a\u001b[2Jb',
    details: {},
  });
  expect(error.message).toBe('a\\u001b[2Jb');
});
