import { expect, test } from 'vitest';
import { defineWriter } from '../../src/kit.ts';

const good = {
  kind: 'writer',
  id: 'tar.gz',
  check: async () => {},
  write: async () => {},
} as const;

test.each([
  {},
  { extension: 'tar.gz' },
  { apiVersion: 1 as const },
  { options: { level: { values: ['1', '9'], default: '9' } } },
])('a writer with %j is returned unchanged', (more) => {
  const writer = { ...good, ...more };
  expect(defineWriter(writer)).toBe(writer);
});

test.each([
  [{ id: 'Tar' }, /writer id "Tar" must be lower-case letters, digits, dots and dashes/],
  [{ id: 7 }, /id must be a text/],
  [{ extension: '.vhd' }, /extension "\.vhd" must be lower-case and without a leading dot/],
  [{ options: { level: { values: ['1'], default: '2' } } }, /option "level" must have words/],
  [{ options: { 'a,b': { values: ['1'], default: '1' } } }, /option "a,b" must have words/],
  [{ check: undefined }, /writer tar\.gz: no check\(\)/],
  [{ write: 'x' }, /writer tar\.gz: no write\(\)/],
  [{ extention: 'gz' }, /unknown field "extention"; did you mean extension\?/],
  [{ apiVersion: 2 }, /apiVersion must be 1, found 2/],
])('a writer with %j is refused', (more, message) => {
  const writer = { ...good, ...more } as unknown as typeof good;
  expect(() => defineWriter(writer)).toThrow(message);
});
