import { describe, expect, test } from 'vitest';
import { checkMirrors, isBelowMirror, rewrite } from '../../../src/http/addresses/mirrors.ts';

const mirrors = {
  'https://images.example/': 'http://10.0.0.5/all/',
  'https://images.example/ubuntu/': 'http://10.0.0.5/ubuntu',
  'https://images.example/debian': 'http://10.0.0.6/deb/',
  'https://bare.example': 'https://mirror.example',
  'http://plain.example/': 'https://user:pw@mirror.example/plain/',
};

describe('rewrite', () => {
  test.each([
    ['https://images.example/x/y', 'http://10.0.0.5/all/x/y'],
    ['https://images.example/ubuntu/24.04/a.img', 'http://10.0.0.5/ubuntu/24.04/a.img'],
    ['https://images.example/ubuntux', 'http://10.0.0.5/all/ubuntux'],
    ['https://images.example/debian/x', 'http://10.0.0.6/deb/x'],
    ['https://images.example/debian?json', 'http://10.0.0.6/deb?json'],
    ['https://images.example/debian', 'http://10.0.0.6/deb'],
    ['https://images.example/debianx/y', 'http://10.0.0.5/all/debianx/y'],
    ['https://IMAGES.example:443/a/../b?q=1', 'http://10.0.0.5/all/b?q=1'],
    ['https://me:secret@images.example/x', 'http://10.0.0.5/all/x'],
    ['https://bare.example/', 'https://mirror.example/'],
    ['https://bare.example/x', 'https://mirror.example/x'],
    ['http://plain.example/x', 'https://user:pw@mirror.example/plain/x'],
  ])('%s becomes %s', (from, to) => {
    const rewritten = rewrite(new URL(from), mirrors);
    expect(rewritten.url.href).toBe(to);
    expect(rewritten.mirrored).toBe(true);
  });

  test.each([
    'https://images.example.org/x',
    'http://images.example/x',
    'https://images.example:8443/x',
    'https://bare.example.org/',
  ])('%s is unchanged', (from) => {
    const { url, mirrored } = rewrite(new URL(from), mirrors);
    expect([url.href, mirrored]).toEqual([from, false]);
  });
});

test.each([
  ['http://10.0.0.5/ubuntu/x', true],
  ['http://10.0.0.5/ubuntux', false],
  ['https://mirror.example/plain/x', true],
  ['http://10.0.0.5/', false],
])('%s is below a mirror: %s', (url, below) => {
  const { 'https://images.example/': _, 'https://bare.example': __, ...rules } = mirrors;
  expect(isBelowMirror(new URL(url), rules)).toBe(below);
});

test.each([
  ['images.example', 'http://10.0.0.5/'],
  ['https://images.example/', '/srv/mirror'],
  ['https://images.example/', 'ftp://10.0.0.5/'],
  ['https://images.example/', 'http://10.0.0.5/?x='],
  ['https://images.example/', ''],
])('the rule %s=%s is refused', (from, to) => {
  expect(() => checkMirrors({ [from]: to })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_REQUEST' }),
  );
});

test('a refused rule does not show its credentials', () => {
  const rule = { 'https://images.example/': 'ftp://me:secret@10.0.0.5/' };
  expect(() => checkMirrors(rule)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('secret') }),
  );
});
