import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Interrupted } from '../../../src/cli/interrupt.ts';
import { formatJson } from '../../../src/cli/print/format.ts';
import { formatTable } from '../../../src/cli/print/format-table.ts';
import { formatError, reportError } from '../../../src/cli/print/report-error.ts';
import { TransferError } from '../../../src/errors.ts';

beforeEach(() => {
  vi.stubEnv('FORCE_COLOR', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const failure = new TransferError({
  code: 'ERR_NETWORK',
  message: 'https://host/ cannot be reached\nhint: run this: rm -rf /',
  hint: 'Check the network.',
  details: { url: 'https://host/' },
  cause: new Error('outer', { cause: new Error('inner \u001b]0;title\u0007') }),
});
const stream = new PassThrough();

test('message, hint and code, each on a line of its own', () => {
  expect(formatError(failure, stream, false)).toBe(
    [
      'rootdisk: https://host/ cannot be reached',
      '  hint: run this: rm -rf /',
      'hint: Check the network.',
      'code: ERR_NETWORK',
      '',
    ].join('\n'),
  );
});

test('--verbose tells the whole chain of causes, harmless to a terminal', () => {
  const text = formatError(failure, stream, true);
  expect(text).toMatch(/^cause: Error: outer\n {2} {4}at /m);
  expect(text).toContain('cause: Error: inner \\u001b]0;title\\u0007');
  expect(text).not.toContain('\u001b');
});

test('causes that go round in a circle end', () => {
  const error = new Error('a');
  error.cause = new Error('b', { cause: error });
  expect(formatError(error, stream, true).match(/^cause: /gm)).toHaveLength(2);
});

test.each([
  [
    new TypeError('oh no'),
    { code: 'ERR_UNEXPECTED', name: 'TypeError', message: 'oh no', exitCode: 1 },
  ],
  ['just text', { code: 'ERR_UNEXPECTED', message: 'just text', exitCode: 1 }],
  [new Interrupted('SIGINT'), { code: 'ERR_INTERRUPTED', exitCode: 130 }],
  [new Interrupted('SIGTERM'), { code: 'ERR_TERMINATED', exitCode: 143 }],
  [
    failure,
    { code: 'ERR_NETWORK', name: 'TransferError', hint: 'Check the network.', exitCode: 4 },
  ],
])('%s', (error, report) => {
  expect(reportError(error)).toMatchObject(report);
});

test('JSON stays on one line and free of control characters', () => {
  const value = { text: 'a\nb\u009b\u2028\u202e', big: 10n, when: new Date(0) };
  const text = formatJson(value);
  expect(text).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(text)).toEqual({ ...value, big: '10', when: '1970-01-01T00:00:00.000Z' });
});

test('a table is aligned, and a cell cannot begin a line', () => {
  const rows = [['a', '1', 'x'], ['long', '100', 'evil\nrow'], ['b']];
  expect(formatTable(rows, { right: [1] })).toBe(
    ['a       1  x', 'long  100  evil\\u000arow', 'b'].join('\n'),
  );
});
