import { expect, test } from 'vitest';
import { cacheError, isErrno } from '../../src/cache/cache-error.ts';

/** The form of libuv for an error without a name. */
const overQuota = Object.assign(new Error('Unknown system error -122'), {
  ...{ errno: -122, code: 'Unknown system error -122', syscall: 'write' },
});

test.runIf(process.platform === 'linux')('a full quota is recognized by its number', () => {
  expect(isErrno(overQuota, 'EDQUOT')).toBe(true);
  expect(isErrno(overQuota, 'ENOSPC')).toBe(false);
  expect(cacheError(overQuota, '/cache/disk', 'write')).toMatchObject({
    code: 'ERR_NO_SPACE',
    hint: expect.stringContaining('quota'),
    details: { path: '/cache/disk', errno: 'EDQUOT' },
  });
});

test('an error that is not from the system is returned unchanged', () => {
  const error = new Error('no');
  expect(cacheError(error, '/cache/disk', 'write')).toBe(error);
  expect(isErrno(error)).toBe(false);
});
