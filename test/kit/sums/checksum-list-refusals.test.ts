import { describe, expect, test } from 'vitest';
import { isImageError, parseChecksums } from '../../../src/kit.ts';

const a256 = '47f2218668dd4776be140dd92fa3bea700be1766e2c7d88bdfd6a4b50f477b4d';
const b256 = '06e6305fcd5b7dc56c2937b6b127ca8e3c0d7ea8218b5a073d3cd7bf93211e37';
const md5 = '7fdf4db15250af5368cc52a91e8edbce';
const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';

describe('parseChecksums refuses unusable lists', () => {
  const refused: [string, string, RegExp][] = [
    [
      'an HTML page',
      '<!DOCTYPE html>\n<html><body>Sign in</body></html>',
      /sums\.txt: this is HTML/,
    ],
    ['XML', `\n <metalink>${a256}  a.img</metalink>`, /this is HTML/],
    [
      'a clear-signed list',
      `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSHA256 (a) = ${a256}\n-----BEGIN PGP SIGNATURE-----\n`,
      /clear-signed/,
    ],
    [
      'a clear-signed list behind a forged line',
      `${a256}  a\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSHA256 (a) = ${b256}\n`,
      /clear-signed/,
    ],
    ['a NUL byte', `${a256}  a.img\0.txt\n`, /NUL/],
    ['a line without end', `${a256}  ${'x'.repeat(9000)}\n`, /line of more than 8192/],
    [
      'a line without end, unterminated',
      `${a256}  a\n${'x'.repeat(9000)}`,
      /line of more than 8192/,
    ],
    ['nothing at all', '', /no SHA-256 or SHA-512/],
    ['comments only', '# nothing here\n', /no SHA-256 or SHA-512/],
    ['prose', 'Not Found\n', /no SHA-256 or SHA-512/],
    ['broken JSON', '{"products": ', /JSON/],
    ['other JSON', '{"products": []}', /products should be an object/],
  ];
  test.each(refused)('%s is refused', (_title, text, message) => {
    const error = catchError(() => parseChecksums(text, { from: 'sums.txt' }));
    expect(isImageError(error, 'ERR_METADATA')).toBe(true);
    expect(error.message).toMatch(message);
    expect(error.message).toContain('sums.txt');
  });

  test('a list with only weak hashes is refused with that reason', () => {
    const error = catchError(() => parseChecksums(`${md5}  a.img\n${sha1}  a.img\n`));
    expect(error).toMatchObject({ code: 'ERR_DIGEST', details: { reason: 'weak-digest' } });
  });

  test('megabytes of nearly valid lines are parsed quickly', () => {
    const line = `SHA256 ${'('.repeat(2000)}${') = '.repeat(1000)}g\n`;
    const text = `${line.repeat(2000)}${a256}  a.img\n`;
    expect(parseChecksums(text).skipped).toBe(2000);
  });
});

function catchError(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
