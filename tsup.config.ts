import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { defineConfig, type Options } from 'tsup';
import { exportOf, formatAllParts, listEntries, listParts } from './tools/parts.ts';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

const common = {
  format: 'esm',
  platform: 'node',
  target: 'node22.21',
  treeshake: true,
} as const satisfies Options;

const entries: [string, string][] = Object.entries(listEntries('.'));
const isPart = ([path]: [string, string]): boolean => path.includes('/');
const { targets = '', ...doors }: Record<string, string> = Object.fromEntries(
  entries.filter((one) => !isPart(one)),
);
const subpaths: Record<string, string> = Object.fromEntries(entries.filter(isPart));

/**
 * The parts in one file, beside what they share with the doors. With an entry point for each, what any two of them share
 * would be a file of its own: `import 'rootdisk'` would load eighty files, which takes three times as long.
 */
const allParts: Plugin = {
  name: 'all-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^all-parts$/ }, ({ path }) => ({ path, namespace: path }));
    onLoad({ filter: /^/, namespace: 'all-parts' }, () => ({
      contents: formatAllParts(listParts('.')),
      resolveDir: '.',
    }));
  },
};

/**
 * The first bytes of a format are known to its part and to its decoder, which is loaded later. Shared by both, each would be a
 * file of its own: a copy in each takes less time to load.
 */
const ownMagics: Plugin = {
  name: 'own-magics',
  setup({ onResolve }) {
    onResolve({ filter: /\/magic\.ts$/ }, ({ path, importer, resolveDir }) => ({
      path: resolve(resolveDir, path),
      suffix: `?${importer}`,
    }));
  },
};

/** Tells bundlers that constants and keys of a part that is not used can go: a call could have had another effect. */
const pureCalls: Plugin = {
  name: 'pure-calls',
  setup({ onLoad }) {
    onLoad({ filter: /\/(vendors|formats|verifiers)\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replace(/^((?:export )?const .* = )((?:new )?[\w.]+\()/gm, '$1/* @__PURE__ */ $2')
        // Spreading a list into another is a call as well.
        .replace(
          /^(export const every\w+: .* = )(\[[\s\S]*?);$/gm,
          '$1/* @__PURE__ */ (() => $2)();',
        )
        .replace(
          /^(?:export )?function /gm,
          path.includes('/vendors/keys/') ? '/* @__NO_SIDE_EFFECTS__ */ $&' : '$&',
        ),
      loader: 'ts',
    }));
  },
};

/** The form of yaml that is an ES module; the other asks for parts of Node.js in a way that a bundle cannot answer. */
const yamlModule: Plugin = {
  name: 'yaml-module',
  setup({ onResolve }) {
    onResolve({ filter: /^yaml$/ }, () => ({
      path: fileURLToPath(import.meta.resolve('yaml/package.json')).replace(
        /package\.json$/,
        'browser/dist/index.js',
      ),
    }));
  },
};

/**
 * Makes files short: an install has to stay below 20 MB. Lines stay short, for the traces of errors. Files with parts keep the
 * comments that tell bundlers what can go; the classes of errors keep their names, which are shown.
 */
const shortened: NonNullable<Options['plugins']>[number] = {
  name: 'shortened',
  async renderChunk(code) {
    if (/^\/\/ (vendors|formats|verifiers)\/[\w-]+\.ts$/m.test(code)) return undefined;
    if (code.includes('new.target.name')) return undefined;
    return await transform(code, { minify: true, lineLimit: 120 });
  },
};

/** A subpath gives the part out of that file, so that it is the very object that is built in. */
const fromAllParts: Plugin = {
  name: 'from-all-parts',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /parts\.js$/ }, ({ path }) => ({ path, external: true }));
    onLoad(
      { filter: /\/(vendors|formats|verifiers)\/(filesystems\/)?[\w-]+\.ts$/ },
      ({ path }) => ({
        contents: `export { ${exportOf(basename(path, '.ts'))} } from '${/filesystems\/[\w-]+\.ts$/.test(path) ? '../' : ''}../parts.js';`,
      }),
    );
  },
};

/** Targets are a file of their own, loaded by deliveries: what they shared with the root would split its chunks. */
const targetsApart: Plugin = {
  name: 'targets-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/targets\/index\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './targets.js', external: true } : undefined,
    );
  },
};

/** The very classes of errors that the root has. */
const errorsOfCore: Plugin = {
  name: 'errors-of-core',
  setup({ onResolve }) {
    onResolve({ filter: /\/errors\.ts$/ }, () => ({ path: './core.js', external: true }));
  },
};

type Config =
  | Options
  | Options[]
  | ((overrides: Options) => Options | Options[] | Promise<Options | Options[]>);

const config: Config = defineConfig([
  {
    entry: doors,
    ...common,
    splitting: true,
    clean: true,
    // One small part of a large package, for seeds alone; its licence ships with it.
    noExternal: ['yaml'],
    esbuildOptions(options) {
      options.entryPoints = { ...doors, parts: 'all-parts', 'cli-start': 'src/cli/start.ts' };
    },
    esbuildPlugins: [allParts, ownMagics, pureCalls, yamlModule, targetsApart],
    plugins: [shortened],
  },
  { entry: subpaths, ...common, splitting: false, esbuildPlugins: [fromAllParts] },
  {
    entry: { targets },
    ...common,
    splitting: false,
    esbuildPlugins: [errorsOfCore],
    plugins: [shortened],
  },
  { entry: { ...doors, targets, ...subpaths }, ...common, dts: { only: true } },
  // What looks at the version of Node stands before all else, alone.
  {
    entry: { cli: 'src/cli/main.ts' },
    ...common,
    splitting: false,
    esbuildPlugins: [
      {
        name: 'start-apart',
        setup({ onResolve }) {
          onResolve({ filter: /\/start\.ts$/ }, () => ({ path: './cli-start.js', external: true }));
        },
      },
    ],
  },
]);

export default config;
