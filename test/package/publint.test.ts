import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Consumer, installPackage } from './consumer.ts';

let consumer: Consumer;
beforeAll(async () => {
  consumer = await installPackage();
});
afterAll(() => consumer.close());

test('publint finds nothing, except that the example is a separate package', async () => {
  const pkgDir = join(consumer.folder, 'package');
  const { messages } = await publint({ pkgDir, pack: false, strict: true });
  // Fields of a manifest below the root matter to a user who copies the example; Node.js ignores them there.
  const found = messages.filter(({ code }) => code !== 'NESTED_PACKAGE_JSON_FIELD_IGNORED');
  expect(found).toEqual([]);
});
