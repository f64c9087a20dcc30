import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const doors = {
  rootdisk: join(root, 'src/index.ts'),
  'rootdisk/kit': join(root, 'src/kit.ts'),
  'rootdisk/testing': join(root, 'src/testing/index.ts'),
};
let folder: string;
let files: string[];

/** The files of the guide as a reader types them, in a separate folder. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-guide-'));
  const guide = await readFile(join(root, 'docs/plugins.md'), 'utf8');
  const blocks = [...guide.matchAll(/```ts\n\/\/ file: (\S+)\n([\s\S]*?)```/g)];
  files = blocks.map(([, name = '']) => join(folder, name));
  for (const [index, [, , text = '']] of blocks.entries()) {
    const file = files[index] ?? '';
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(
    join(folder, 'doors.mjs'),
    `import { registerHooks } from 'node:module';
    const doors = ${JSON.stringify(mapDoors())};
    registerHooks({ resolve: (name, about, next) =>
      doors[name] === undefined ? next(name, about) : { url: doors[name], shortCircuit: true } });`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function mapDoors(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(doors).map(([name, path]) => [name, pathToFileURL(path).href]),
  );
}

test('every code block of the guide is one of its files', async () => {
  const guide = await readFile(join(root, 'docs/plugins.md'), 'utf8');
  expect(guide.match(/```ts\n/g)?.length).toBe(files.length);
  expect(files.length).toBeGreaterThan(8);
});

test('the guide compiles strictly', () => {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2024.d.ts', 'lib.esnext.collection.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths: Object.fromEntries(Object.entries(doors).map(([name, path]) => [name, [path]])),
  });
  const found = files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return ts
      .getPreEmitDiagnostics(program, source)
      .map(({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  });
  expect(found).toEqual([]);
});

test('the tests of the guide pass', async () => {
  const tests = files.filter((file) => file.endsWith('.test.ts'));
  const parameters = ['--no-warnings', '--import', join(folder, 'doors.mjs'), '--test', ...tests];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { cwd: folder, env });
  expect(stdout).toMatch(/fail 0/);
  expect(Number(/pass (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(50);
});
