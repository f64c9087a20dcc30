import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Consumer, installPackage } from './consumer.ts';

/** Maximum size of each subpath in a bundle, minified, without the dependencies. */
const file = new URL('bundle-sizes.json', import.meta.url);
const headroom = 1.1;

let consumer: Consumer;
beforeAll(async () => {
  consumer = await installPackage();
});
afterAll(() => consumer.close());

async function bundleBytes(subpath: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from 'rootdisk${subpath.slice(1)}';`,
      resolveDir: consumer.folder,
    },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    write: false,
    external: consumer.dependencies,
  });
  return outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
}

/** One sentence for each subpath that has grown too much, is new, or was removed. */
function compare(sizes: Record<string, number>, ceilings: Record<string, number>): string[] {
  const gone = Object.keys(ceilings).filter((subpath) => !(subpath in sizes));
  const grown = Object.entries(sizes).flatMap(([subpath, bytes]) => {
    const ceiling = ceilings[subpath];
    if (ceiling === undefined) return `${subpath}: no ceiling`;
    if (bytes <= ceiling) return [];
    const before = Math.round(ceiling / headroom);
    const percent = Math.round((bytes / before - 1) * 100);
    return `${subpath}: ${bytes} bytes, ${bytes - before} more than the ${before} of before (${percent} %)`;
  });
  return [...grown, ...gone.map((subpath) => `${subpath}: no such subpath`)];
}

// UPDATE=1 npm run test:package writes the ceilings.
test('no subpath has grown by more than a tenth in a bundle', async () => {
  const subpaths = Object.keys(consumer.manifest.exports).filter((one) => !one.endsWith('.json'));
  const sizes: Record<string, number> = {};
  for (const subpath of subpaths) sizes[subpath] = await bundleBytes(subpath);
  if (process.env['UPDATE'] === '1') {
    const ceilings = Object.entries(sizes).map(([subpath, bytes]) => {
      return [subpath, Math.ceil(bytes * headroom)];
    });
    await writeFile(file, `${JSON.stringify(Object.fromEntries(ceilings), null, 2)}\n`);
  }
  expect(compare(sizes, JSON.parse(await readFile(file, 'utf8')))).toEqual([]);
});

test('a vendor is bundled without the others', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from 'rootdisk/vendors/debian';`,
      resolveDir: consumer.folder,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    external: consumer.dependencies,
  });
  const text = outputFiles.map((one) => one.text).join('\n');
  expect(text).toMatch(/id: "debian"/);
  expect(text).not.toMatch(/id: "(ubuntu|fedora|qcow2)"/);
});

test('growth is reported with the subpath and the bytes', () => {
  const told = compare(
    { '.': 1200, './kit': 110, './new': 1 },
    { '.': 1100, './kit': 110, './old': 1 },
  );
  expect(told).toEqual([
    '.: 1200 bytes, 200 more than the 1000 of before (20 %)',
    './new: no ceiling',
    './old: no such subpath',
  ]);
});
