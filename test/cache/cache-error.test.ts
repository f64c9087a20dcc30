import { expect, test } from 'vitest';
import { cacheError, isErrno } from '../../src/cache/cache-error.ts';

/** As libuv reports an error that it has no name for. */
const overQuota = Object.assign(new Error('Unknown system error -122'), {
  ...{ errno: -122, code: 'Unknown system error -122', syscall: 'write' },
});

test.runIf(process.platform === 'linux')('a full quota is known by its number', () => {
  expect(isErrno(overQuota, 'EDQUOT')).toBe(true);
  expect(isErrno(overQuota, 'ENOSPC')).toBe(false);
  expect(cacheError(overQuota, '/cache/disk', 'write')).toMatchObject({
    code: 'ERR_NO_SPACE',
    hint: expect.stringContaining('quota'),
    details: { path: '/cache/disk', errno: 'EDQUOT' },
  });
});

test('an error that is not of the system comes back as it is', () => {
  const error = new Error('no');
  expect(cacheError(error, '/cache/disk', 'write')).toBe(error);
  expect(isErrno(error)).toBe(false);
});
