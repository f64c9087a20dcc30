import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { builtIns } from '../../src/index.ts';
import { arches } from '../../src/kit.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const path = `${root}test/verbs/completed.ts`;
const imports = "import { ensureImage, listImages, resolveImage } from '../../src/index.ts';";

let text = '';
let version = 0;
let editor: ts.LanguageService;
beforeAll(() => {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  editor = ts.createLanguageService({
    ...{ fileExists: ts.sys.fileExists, readFile: ts.sys.readFile },
    getCompilationSettings: () => options,
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptFileNames: () => [path],
    getScriptVersion: (name) => (name === path ? String(version) : '0'),
    getScriptSnapshot(name) {
      if (name === path) return ts.ScriptSnapshot.fromString(text);
      return ts.sys.fileExists(name)
        ? ts.ScriptSnapshot.fromString(readFileSync(name, 'utf8'))
        : undefined;
    },
  });
});

/** The completions of an editor at the `|` in the code. */
function offered(code: string): string[] {
  const before = `${imports}\n${code.slice(0, code.indexOf('|'))}`;
  text = before + code.slice(code.indexOf('|') + 1);
  version += 1;
  const { entries = [] } = editor.getCompletionsAtPosition(path, before.length, {}) ?? {};
  return entries.map(({ name }) => name).sort();
}

const ids = builtIns.vendors.map(({ id }) => id).sort();

test('a reference begins with any built-in vendor, and with no other', () => {
  const all = ids.flatMap((id) => [id, `${id}:latest`]).sort();
  expect(offered("await ensureImage('|')")).toEqual(all);
  expect(offered("await resolveImage('|')")).toEqual(all);
});

test('the releases of a vendor are offered', () => {
  expect(offered("listImages('|')")).toEqual(ids);
});

test('the architectures are offered', () => {
  expect(offered("await ensureImage('debian', { arch: '|' })")).toEqual([...arches].sort());
});

test('other vendors, releases and spellings compile', () => {
  offered(`
    await ensureImage('my-vendor:7@1', { arch: 'x86_64' });
    await resolveImage('./disk.raw');
    listImages('mine'); |`);
  expect(editor.getSemanticDiagnostics(path).map(({ messageText }) => messageText)).toEqual([]);
});
