import { expect, test } from 'vitest';
import * as oci from '../../../src/oci.ts';
import { parts } from '../../fixtures/line.ts';

/** A caller in plain JavaScript, which may pass any value. */
type Loose = (...values: unknown[]) => unknown;

const { listRegistry, verifyRegistry, pullImages, pushImages, mirrorImages } =
  oci as unknown as Record<string, Loose>;
const place = 'localhost:1/images';

async function refusalOf(answer: unknown): Promise<unknown> {
  const iterator = Object(answer)[Symbol.asyncIterator]?.();
  return await Promise.resolve(iterator === undefined ? answer : iterator.next()).then(
    () => undefined,
    (error: unknown) => error,
  );
}

test.each<[string, () => unknown, string]>([
  ['a place that is not a text', () => listRegistry?.(7), 'registry'],
  ['options that are not an object', () => listRegistry?.(place, 'x'), 'options'],
  ['a misspelt option', () => listRegistry?.(place, { registryMiror: 'x' }), 'registryMiror'],
  ['an invalid signal', () => verifyRegistry?.(parts, place, [], { signal: 1 }), 'signal'],
  ['names that are not texts', () => verifyRegistry?.(parts, place, [7]), 'name'],
  ['an invalid digest', () => pullImages?.(parts, place, ['a'], { digest: 'x' }), 'digest'],
  ['an invalid clock', () => pullImages?.(parts, place, ['a'], { now: 'x' }), 'now'],
  ['an invalid reference', () => pushImages?.(parts, place, [{}]), 'reference'],
  ['a file that is not a lock file', () => mirrorImages?.(parts, place, [], {}), 'lockfile'],
])('%s is named', async (_title, call, field) => {
  expect(await refusalOf(call())).toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    details: { field },
  });
});
