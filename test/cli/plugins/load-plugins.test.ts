import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseOutput, runCli } from '../spawn-cli.ts';

let folder: string;
const vendor = (id: string) =>
  `{ id: '${id}', title: '${id.toUpperCase()}', apiVersion: 1, async resolve() {} }`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-plugins-'));
  const files: Record<string, string> = {
    'one.mjs': `export const one = ${vendor('one')}; export default one; export const help = 'text';`,
    'many.mjs': `export default [${vendor('many-a')}, ${vendor('many-b')}];`,
    'typed.ts': `const id: string = 'typed'; export const typed = { ...${vendor('x')}, id };`,
    'common.cjs': `exports.common = ${vendor('common')};`,
    'parts.mjs': `export const format = { kind: 'codec', id: 'rot13', detect: () => false, async *decode() {} };
      export const verifier = { kind: 'oracle', async prove() {} };`,
    'default.mjs': `export default { vendors: [${vendor('by-default')}], defaults: { trust: 'none' } };`,
    'named.mjs': `export const acme = { vendors: [${vendor('by-name')}], formats: [], verifiers: [] };
      export { acme as default };`,
    'no-list.mjs': `export default { vendors: [], formats: {} };`,
    'stranger.mjs': `export default { vendors: [${vendor('ok')}, { id: 'x' }] };`,
    'slip.mjs': `export const slip = { id: 'slip', title: 'Slip', apiVersion: 1, async resovle() {} };`,
    'open.mjs': `export const open = { kind: 'receipt', prove() {}, verifydocument() {} };`,
    'nothing.mjs': 'export const answer = 42;',
    'wrong.mjs': `export const wrong = { ...${vendor('x')}, id: 'Not An Id' };`,
    'future.mjs': `export const future = { ...${vendor('x')}, apiVersion: 2 };`,
    'throws.mjs': `throw new Error('no luck today');`,
    'lacks.mjs': `import 'is-not-installed';`,
    'twice.mjs': `export const alpine = ${vendor('alpine')};`,
    'node_modules/rootdisk-acme/package.json': JSON.stringify({
      name: 'rootdisk-acme',
      type: 'module',
      exports: { '.': { import: './main.js' }, './more': './more.js' },
    }),
    'node_modules/rootdisk-acme/main.js': `export const packed = ${vendor('packed')};`,
    'node_modules/rootdisk-acme/more.js': `export const more = ${vendor('more')};`,
    'node_modules/@acme/plugin/index.js': `exports.scoped = ${vendor('scoped')};`,
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function idsWith(...plugins: string[]): Promise<string[]> {
  const args = plugins.flatMap((plugin) => ['--plugin', plugin]);
  const ran = await runCli(['list', '--json', ...args], { cwd: folder });
  const { vendors } = parseOutput(ran) as { vendors: { id: string }[] };
  return vendors.map(({ id }) => id);
}

test('modules by path, by address and by package name, as many as are given', async () => {
  const ids = await idsWith(
    './one.mjs',
    'many.mjs',
    join(folder, 'typed.ts'),
    pathToFileURL(join(folder, 'common.cjs')).href,
    'parts.mjs',
    'rootdisk-acme',
    'rootdisk-acme/more',
    '@acme/plugin',
    'default.mjs',
    'named.mjs',
  );
  const own = [
    'by-default',
    'by-name',
    'common',
    'many-a',
    'many-b',
    'more',
    'one',
    'packed',
    'scoped',
    'typed',
  ];
  expect(ids.filter((id) => own.includes(id))).toEqual(own);
});

test('a format of a plug-in is known to --from', async () => {
  const ran = await runCli(['inspect', 'one.mjs', '--from', 'rot31', '--plugin', 'parts.mjs'], {
    cwd: folder,
  });
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('hint: Did you mean rot13?');
});

test.each([
  ['./missing.mjs', 2, 'there is no module "./missing.mjs"'],
  ['rootdisk-missing', 2, 'there is no module "rootdisk-missing"'],
  ['@acme/missing', 2, 'there is no module "@acme/missing"'],
  ['nothing.mjs', 8, 'exports no vendor, format, verifier, target or tier'],
  ['wrong.mjs', 8, 'must be lower-case letters'],
  ['future.mjs', 8, 'apiVersion must be 1'],
  ['no-list.mjs', 8, 'formats is not a list'],
  ['stranger.mjs', 8, 'vendors[1] is not a vendor'],
  ['slip.mjs', 8, 'unknown field "resovle"; did you mean resolve?'],
  ['open.mjs', 8, 'unknown field "verifydocument"; did you mean verifyDocument?'],
  ['throws.mjs', 8, 'no luck today'],
  ['lacks.mjs', 8, 'is-not-installed'],
  ['twice.mjs', 2, 'the vendor id "alpine" is given twice'],
])('%s exits with %i', async (plugin, code, message) => {
  const ran = await runCli(['resolve', 'one', '--plugin', plugin, '--cache-dir', 'cache'], {
    cwd: folder,
  });
  expect(ran).toMatchObject({ code, stdout: '' });
  expect(ran.stderr).toContain(message);
});
