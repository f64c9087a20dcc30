import { describe, expect, test } from 'vitest';
import { createRootdisk } from '../../src/core.ts';
import { parseOptions } from '../../src/line/options.ts';
import { checkOptions } from '../../src/parts/check-options.ts';

test.each<[object, string]>([
  [{ keys: 'abc' }, 'keys must be a list of texts'],
  [{ keys: [7] }, 'keys must be'],
  [{ keys: { replace: 'abc' } }, 'keys must be'],
  [{ signal: 5 }, 'signal must be an AbortSignal'],
  [{ offline: 'yes' }, 'offline must be true or false'],
  [{ mirrors: [] }, 'mirrors must be an object'],
  [{ now: new Date('never') }, 'now must be a valid Date'],
  [{ log: true }, 'log must be a function'],
  [{ arch: 64 }, 'arch must be a text'],
  [{ digest: 7 }, 'digest must be a text'],
  [{ ofline: true }, 'unknown option "ofline"'],
])('%j is refused', (options, message) => {
  expect(() => parseOptions(options)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_REQUEST',
      message: expect.stringContaining(message),
    }),
  );
});

test('a misspelt option is named with the one that was meant', () => {
  expect(() => checkOptions({ trsut: 'none' })).toThrow(
    expect.objectContaining({ hint: 'Did you mean trust?' }),
  );
});

test('options that are undefined, and those that look like none, are passed over', () => {
  const signal = AbortSignal.timeout(1000);
  expect(() => checkOptions({ keys: undefined, somethingElse: 1, signal })).not.toThrow();
});

describe.each([undefined, null, 7, {}])('the reference %j', (reference) => {
  test('is refused', async () => {
    const { ensureImage, resolveImage } = createRootdisk({});
    for (const verb of [ensureImage, resolveImage]) {
      await expect(verb(reference as unknown as string)).rejects.toMatchObject({
        code: 'ERR_INVALID_REQUEST',
        details: { field: 'reference' },
      });
    }
  });
});
