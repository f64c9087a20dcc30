import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { type GetModuleInfo, type OutputOptions, type Plugin, rollup } from 'rollup';
import { exportOf, formatAllParts, listEntries, listParts } from '../parts.ts';
import { markPure } from './mark-pure.ts';
import { isOfPart, planFiles } from './plan-files.ts';
import { shorten } from './shorten.ts';

/** Writes `dist/` again with the modules; tsup adds the types. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const allParts = resolve(root, 'all-parts.ts');
const entries = Object.entries(listEntries(root));
const isPart = ([path]: [string, string]): boolean => path.includes('/');
const doors = Object.fromEntries(
  entries.filter((one) => !isPart(one)).map(([name, path]) => [name, resolve(root, path)]),
);

/** The ES module of yaml; a small part of a large package, used only for seeds. Its licence is shipped with it. */
const yaml = resolve(
  dirname(fileURLToPath(import.meta.resolve('yaml/package.json'))),
  'browser/dist/index.js',
);

const sources: Plugin = {
  name: 'sources',
  resolveId(name, importer) {
    if (name === 'yaml') return yaml;
    if (importer === undefined) return resolve(root, name);
    return name.startsWith('.') ? resolve(dirname(importer), name) : { id: name, external: true };
  },
  async load(path) {
    if (path === allParts) return formatAllParts(listParts(root));
    return await readFile(path, 'utf8');
  },
  async transform(source, path) {
    const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: true } };
    const loader = path.endsWith('.json') ? 'json' : 'ts';
    const { code } = await transform(source, { loader, target: 'node22.21', tsconfigRaw });
    return isOfPart(path) ? markPure(code) : code;
  },
};

/** Like `external`, for the modules that `cli.js` starts with, which an older Node must be able to load. */
const startApart: Plugin = {
  name: 'start-apart',
  resolveId(name) {
    return name === './start.ts' ? { id: './cli-start.js', external: 'relative' } : undefined;
  },
};

const output: OutputOptions = {
  dir: resolve(root, 'dist'),
  format: 'esm',
  generatedCode: 'es2015',
  hoistTransitiveImports: false,
  plugins: [{ name: 'shorten', renderChunk: shorten }],
};

async function write(
  input: Record<string, string>,
  options: OutputOptions,
  plugins: Plugin[],
): Promise<void> {
  const bundle = await rollup({
    input,
    plugins,
    treeshake: { moduleSideEffects: false },
    onwarn({ message }) {
      throw new Error(message);
    },
  });
  await bundle.write({ ...output, ...options });
  await bundle.close();
}

let files: Map<string, string> | undefined;
function nameFile(
  path: string,
  {
    getModuleInfo,
    getModuleIds,
  }: { getModuleInfo: GetModuleInfo; getModuleIds(): Iterable<string> },
): string | undefined {
  files ??= planFiles(
    new Map(
      [...getModuleIds()].map((id) => {
        const info = getModuleInfo(id);
        const { isEntry = false, importedIds = [], dynamicallyImportedIds = [] } = info ?? {};
        return [id, { isEntry, imports: importedIds, later: dynamicallyImportedIds }];
      }),
    ),
    doors['kit'] ?? '',
    [doors['index'] ?? '', allParts],
  );
  return files.get(path);
}

const start = resolve(root, 'src/cli/start.ts');
await rm(resolve(root, 'dist'), { recursive: true, force: true });
await write({ ...doors, parts: allParts, 'cli-start': start }, { manualChunks: nameFile }, [
  sources,
]);
await write({ cli: resolve(root, 'src/cli/main.ts') }, {}, [startApart, sources]);

// A subpath exports the part from that file, so that it is the same object as the built-in one.
for (const [path] of entries.filter(isPart)) {
  const file = resolve(root, 'dist', `${path}.js`);
  const up = '../'.repeat(path.split('/').length - 1);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `export { ${exportOf(basename(path))} } from '${up}parts.js';\n`);
}
