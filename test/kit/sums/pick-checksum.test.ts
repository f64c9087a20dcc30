import { describe, expect, test } from 'vitest';
import { parseChecksums, pickChecksum } from '../../../src/kit.ts';

const x = 'a'.repeat(64);
const y = 'b'.repeat(64);
const long = 'c'.repeat(128);
const md5 = 'd'.repeat(32);

const pick = (text: string, name: string, aliases?: string[]) =>
  pickChecksum(parseChecksums(text), name, 'SHA256SUMS', { aliases });

describe('pickChecksum', () => {
  test('takes exactly the name, not a name that ends or begins with it', () => {
    const list = `${x}  debian-12-genericcloud-amd64.qcow2\n${y}  debian-12-generic-amd64.qcow2\n${x}  cloud/a.img\n`;
    expect(pick(list, 'debian-12-generic-amd64.qcow2')).toEqual({ digests: [`sha256:${y}`] });
    expect(() => pick(list, 'a.img')).toThrow(/does not list a\.img/);
    expect(() => pick(list, 'debian-12-generic-amd64')).toThrow(/does not list/);
  });

  test('gives both hashes and the size of one file', () => {
    const list = `# a: 12 bytes\nSHA256 (a) = ${x}\nSHA512 (a) = ${long}\n`;
    expect(pick(list, 'a')).toEqual({
      digests: [`sha256:${x}`, `sha512:${long}`],
      sizeBytes: 12,
    });
  });

  test('the same line twice counts once', () => {
    expect(pick(`${x}  a\n${x} *./a\n`, 'a')).toEqual({ digests: [`sha256:${x}`] });
  });

  test.each([
    ['digests', `${x}  a\n${y}  b\n${y}  a\n`],
    ['sizes', `# a: 1 bytes\nSHA256 (a) = ${x}\n# a: 2 bytes\nSHA256 (a) = ${x}\n`],
    ['digests', `${x}\n${y}\n`],
  ])('one name with two %s is ambiguous', (what, list) => {
    expect(() => pick(list, 'a')).toThrow(
      expect.objectContaining({
        code: 'ERR_DIGEST',
        message: expect.stringContaining(`different ${what}`),
        details: expect.objectContaining({ reason: 'ambiguous-entry', fileName: 'a' }),
      }),
    );
  });

  test('an ambiguous name does not spoil its neighbours', () => {
    expect(pick(`${x}  a\n${y}  a\n${y}  b\n`, 'b').digests).toEqual([`sha256:${y}`]);
  });

  test('a sidecar of one bare digest applies to any name', () => {
    expect(pick(`${long}\n`, 'alpine-3.24.2-x86_64-tiny-r0.qcow2').digests).toEqual([
      `sha512:${long}`,
    ]);
  });

  test('a bare digest among named ones applies to none', () => {
    expect(() => pick(`${x}  a\n${y}\n`, 'b')).toThrow(/does not list b/);
  });

  test('a missing name is reported with similar ones', () => {
    const names = ['noble-amd64.img', 'noble-arm64.img', 'noble-amd64.manifest', 'zzz'];
    const list = names.map((name) => `${x}  ${name}\n`).join('');
    expect(() => pick(list, 'noble-amd64.qcow2')).toThrow(
      expect.objectContaining({
        code: 'ERR_DIGEST',
        hint: expect.stringMatching(/./),
        details: {
          reason: 'not-listed',
          fileName: 'noble-amd64.qcow2',
          from: 'SHA256SUMS',
          known: ['noble-amd64.img', 'noble-amd64.manifest', 'noble-arm64.img'],
        },
      }),
    );
  });

  test('a name with only a weak hash is distinguished from a missing one', () => {
    const list = `${md5}  old.img\n${x}  new.img\n`;
    expect(() => pick(list, 'old.img')).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ reason: 'weak-digest' }) }),
    );
    expect(pick(`${list}${y}  old.img\n`, 'old.img').digests).toEqual([`sha256:${y}`]);
  });

  test("aliases are used only if the name is missing, for a sidecar with its twin's name", () => {
    const sidecar = `${x}  Leap-Cloud-Build19.143.qcow2\n`;
    expect(pick(sidecar, 'Leap-Cloud.qcow2', ['Leap-Cloud-Build19.143.qcow2']).digests).toEqual([
      `sha256:${x}`,
    ]);
    expect(() => pick(sidecar, 'Leap-Cloud.qcow2', ['Leap-Cloud-Build19.1.qcow2'])).toThrow(
      /does not list/,
    );
    expect(pick(`${x}  a\n${y}  b\n`, 'a', ['b']).digests).toEqual([`sha256:${x}`]);
    expect(() => pick(`${x}  b\n${y}  c\n`, 'a', ['b', 'c'])).toThrow(/more than once/);
  });

  test('a bare digest is refused if a name is required', () => {
    const list = parseChecksums(`${x}\n`);
    expect(pickChecksum(list, 'any', 'SHA256SUMS').digests).toEqual([`sha256:${x}`]);
    expect(() => pickChecksum(list, 'any', 'SHA256SUMS', { named: true })).toThrow(
      /digest without a name/,
    );
  });
});
