import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Consumer, installPackage } from './consumer.ts';

/** Each file costs as much as some ten kilobytes of code. */
const mostFiles = 30;
const mostBytes = 400_000;

let consumer: Consumer;
beforeAll(async () => {
  consumer = await installPackage();
  await writeFile(
    join(consumer.folder, 'watch.js'),
    `import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({
      load(url, context, next) {
        const module = next(url, context);
        loaded.push({ url, bytes: module.source?.length ?? 0 });
        return module;
      },
    });
    await import(process.argv[2]);
    console.log(JSON.stringify(loaded));`,
  );
});
afterAll(() => consumer.close());

interface Loaded {
  url: string;
  bytes: number;
}

function load(name: string): Loaded[] {
  const { stdout, stderr } = consumer.node('watch.js', name);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test('the import of the root loads no dependency and no code that only calls need', () => {
  const loaded = load('rootdisk');
  const own = loaded.filter(({ url }) => url.includes('/node_modules/rootdisk/'));
  expect(own.length).toBeGreaterThan(0);
  // Modules that are not its own are modules of Node.js, and only the one of these that costs nothing.
  const others = loaded.filter((one) => !own.includes(one)).map(({ url }) => url);
  expect(others).toEqual(['node:diagnostics_channel']);
  expect(own.length).toBeLessThanOrEqual(mostFiles);
  expect(own.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(mostBytes);
});

test('a loaded dependency would be found', () => {
  const packages = load('got').map(
    ({ url }) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1],
  );
  expect(packages).toContain('got');
});

test('a subpath exports the same part as the built-in one', async () => {
  const program = `import { builtIns } from 'rootdisk';
    import { debian } from 'rootdisk/vendors/debian';
    import { qcow2 } from 'rootdisk/formats/qcow2';
    import { digest } from 'rootdisk/verifiers/digest';
    const { vendors, formats, verifiers } = builtIns;
    console.log(vendors.includes(debian), formats.includes(qcow2), verifiers.includes(digest));`;
  const { stdout, stderr } = consumer.node('--input-type=module', '-e', program);
  expect([stdout, stderr]).toEqual(['true true true\n', '']);
});
