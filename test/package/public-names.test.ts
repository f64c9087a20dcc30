import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Consumer, installPackage } from './consumer.ts';

let consumer: Consumer;
beforeAll(async () => {
  consumer = await installPackage();
});
afterAll(() => consumer.close());

const doors = ['index', 'core', 'kit', 'oci', 'targets', 'testing'];

/** Names that the declarations of a door export, and their kinds. */
function exportedNames(program: ts.Program, path: string): { name: string; isValue: boolean }[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(path);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${path} declares no module`);
  return checker.getExportsOfModule(module).map((symbol) => {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const { flags } = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
    return { name: symbol.name, isValue: (flags & ts.SymbolFlags.Value) !== 0 };
  });
}

// A new or removed name is a change that users notice: run with `-u` to accept it, and add it to the changelog.
test.each(doors)('the public names of %s are the recorded ones', async (door) => {
  const dist = join(consumer.folder, 'node_modules/rootdisk/dist');
  const path = join(dist, `${door}.d.ts`);
  const program = ts.createProgram([path], { module: ts.ModuleKind.NodeNext, types: [] });
  const names = exportedNames(program, path);
  const list = (isValue: boolean) =>
    names.flatMap((one) => (one.isValue === isValue ? [one.name] : [])).sort();
  const code = `console.log(JSON.stringify(Object.keys(await import('./dist/${door}.js')).sort()))`;
  const { stdout } = consumer.node(
    '--input-type=module',
    '-e',
    code.replace('./dist', `file://${dist}`),
  );
  // Values in the declarations exist at run time, and no others.
  expect(JSON.parse(stdout)).toEqual(list(true));
  const text = [...list(true), ...list(false).map((name) => `type ${name}`), ''].join('\n');
  await expect(text).toMatchFileSnapshot(`public-names/${door}.txt`);
});
