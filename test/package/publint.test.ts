import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Consumer, installPackage } from './consumer.ts';

let consumer: Consumer;
beforeAll(async () => {
  consumer = await installPackage();
});
afterAll(() => consumer.close());

test('publint finds nothing, but that the example is a package of its own', async () => {
  const pkgDir = join(consumer.folder, 'package');
  const { messages } = await publint({ pkgDir, pack: false, strict: true });
  // Fields of a manifest below the root count for a user who copies the example; Node.js ignores them where they lie.
  const found = messages.filter(({ code }) => code !== 'NESTED_PACKAGE_JSON_FIELD_IGNORED');
  expect(found).toEqual([]);
});
