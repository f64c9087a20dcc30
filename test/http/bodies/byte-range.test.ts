import { expect, test } from 'vitest';
import {
  ifRange,
  parseContentRange,
  sameValidators,
  strongValidators,
} from '../../../src/http/bodies/byte-range.ts';

const date = 'Tue, 06 Jan 2026 12:01:00 GMT';

test.each([
  [{ etag: '"a"', date }, '"a"'],
  [{ etag: 'W/"a"', date }, undefined],
  [{ etag: 'a', date }, undefined],
  [{ 'last-modified': 'Tue, 06 Jan 2026 12:00:00 GMT', date }, 'Tue, 06 Jan 2026 12:00:00 GMT'],
  [{ 'last-modified': 'Tue, 06 Jan 2026 12:00:01 GMT', date }, undefined],
  [{ 'last-modified': 'Tue, 06 Jan 2026 12:00:00 GMT' }, undefined],
  [{ 'last-modified': 'yesterday', date }, undefined],
  [
    { etag: 'W/"a"', 'last-modified': 'Mon, 05 Jan 2026 12:00:00 GMT', date },
    'Mon, 05 Jan 2026 12:00:00 GMT',
  ],
  [{}, undefined],
])('%j can be continued on %s', (headers: Record<string, string>, condition) => {
  expect(ifRange(strongValidators(headers))).toBe(condition);
});

test.each([
  ['bytes 5-9/10', { start: 5, end: 9, total: 10 }],
  ['bytes 0-0/1', { start: 0, end: 0, total: 1 }],
  ['bytes 5-10/10', undefined],
  ['bytes 6-5/10', undefined],
  ['bytes 5-9/*', undefined],
  ['bytes */10', undefined],
  ['items 5-9/10', undefined],
  ['bytes 5-9/99999999999999999999', undefined],
  [undefined, undefined],
])('Content-Range %s is read as %j', (value, range) => {
  expect(parseContentRange(value)).toEqual(range);
});

test.each([
  [{ etag: '"a"' }, { etag: '"a"' }, true],
  [{ etag: '"a"' }, { etag: '"b"' }, false],
  [{ etag: '"a"' }, { etag: 'W/"a"' }, false],
  [{ etag: '"a"' }, {}, true],
  [{ lastModified: 'x' }, { 'last-modified': 'y' }, false],
  [{ lastModified: 'x' }, { etag: '"new"', 'last-modified': 'x' }, true],
])('%j beside %j: the same bytes: %s', (first, headers: Record<string, string>, same) => {
  expect(sameValidators(first, headers)).toBe(same);
});
