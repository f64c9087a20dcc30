import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  CacheError,
  DecodeError,
  hasRemedy,
  IntegrityError,
  isImageError,
  NotFoundError,
  PluginError,
  TransferError,
  UsageError,
} from '../../src/errors.ts';

const init = { message: 'no', details: {} };
const errors = [
  [new UsageError({ ...init, code: 'ERR_INVALID_REQUEST' }), 'usage', 2],
  [new NotFoundError({ ...init, code: 'ERR_NOT_FOUND' }), 'not-found', 3],
  [new TransferError({ ...init, code: 'ERR_NETWORK' }), 'transfer', 4],
  [new IntegrityError({ ...init, code: 'ERR_DIGEST' }), 'integrity', 5],
  [new DecodeError({ ...init, code: 'ERR_DECODE', details: { reason: 'empty' } }), 'decode', 6],
  [new CacheError({ ...init, code: 'ERR_NO_SPACE' }), 'cache', 7],
  [
    new PluginError({ ...init, code: 'ERR_PLUGIN', details: { plugin: 'a', method: 'b' } }),
    'plugin',
    8,
  ],
] as const;

test.each(errors)('%s has its remedy, which gives the exit code', (error, remedy, exitCode) => {
  expect(error).toMatchObject({ remedy, exitCode });
  expect(hasRemedy(error, remedy)).toBe(true);
  const others = errors.map(([, other]) => other).filter((other) => other !== remedy);
  expect(hasRemedy(error, ...others)).toBe(false);
});

test('an error of an older copy of the package, without the field, has the remedy of its code', () => {
  const older = Object.assign(new Error('404'), { code: 'ERR_HTTP_STATUS', exitCode: 4 });
  expect(hasRemedy(older, 'transfer')).toBe(false);
  Object.defineProperty(older, Symbol.for('rootdisk.ImageError'), { value: true });
  expect(isImageError(older)).toBe(true);
  expect(hasRemedy(older, 'transfer')).toBe(true);
  expect(hasRemedy(older, 'usage', 'not-found', 'integrity', 'decode', 'cache', 'plugin')).toBe(
    false,
  );
});

test('the remedy from a newer copy is used, also with a code that this copy does not know', () => {
  const newer = Object.assign(new Error('new'), { code: 'ERR_NEW', remedy: 'cache' });
  Object.defineProperty(newer, Symbol.for('rootdisk.ImageError'), { value: true });
  expect(hasRemedy(newer, 'cache')).toBe(true);
});

test.each([new Error('no'), { remedy: 'usage' }, undefined])('%s has no remedy', (value) => {
  expect(hasRemedy(value, 'usage')).toBe(false);
});

test('outside the errors and the command line, no product file reads an exit code', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const list = ['ls-files', '--', 'src', 'vendors', 'formats', 'verifiers'];
  const files = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).trim().split('\n');
  const readers = files
    .filter((path) => path.endsWith('.ts') && !/^src\/(errors|cli)\//.test(path))
    .filter((path) => /(?<!process\.)\bexitCode\b/.test(readFileSync(`${root}${path}`, 'utf8')));
  expect(readers).toEqual([]);
  expect(files.length).toBeGreaterThan(100);
});
