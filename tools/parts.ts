import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Each file directly in one of these folders is a part with the name of its file, and a subpath of the package. */
const folders = ['vendors', 'formats', 'formats/filesystems', 'verifiers'] as const;

export interface Part {
  folder: (typeof folders)[number];
  name: string;
  /** Its exports for the lists of parts: the part itself, and the writer of its format if there is one. */
  words: string[];
}

/** All parts, by folder and name. */
export function listParts(root: string): Part[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => file.slice(0, -'.ts'.length))
      .map((name) => ({ folder, name, words: wordsOf(root, folder, name) }))
      .sort((left, right) => (left.name < right.name ? -1 : 1)),
  );
}

function wordsOf(root: string, folder: string, name: string): string[] {
  const word = exportOf(name);
  const text = readFileSync(join(root, folder, `${name}.ts`), 'utf8');
  const writer = `${word}Writer`;
  return text.includes(`export const ${writer}:`) ? [word, writer] : [word];
}

/** Entry points of the build by their path in `dist/`: the doors of `src/`, then the parts. */
export function listEntries(root: string): Record<string, string> {
  const parts = listParts(root).map(({ folder, name }) => `${folder}/${name}`);
  return {
    index: 'src/index.ts',
    core: 'src/core.ts',
    kit: 'src/kit.ts',
    oci: 'src/oci.ts',
    targets: 'src/targets/index.ts',
    testing: 'src/testing/index.ts',
    ...Object.fromEntries(parts.map((path) => [path, `${path}.ts`])),
  };
}

/** `exports` of `package.json`: a subpath for each entry point. */
export function formatExports(entries: Record<string, string>): Record<string, unknown> {
  const subpaths = Object.keys(entries).map((path) => [
    path === 'index' ? '.' : `./${path}`,
    { types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` },
  ]);
  return { ...Object.fromEntries(subpaths), './package.json': './package.json' };
}

/** `src/index.ts` with an import and an entry in `builtIns` for each missing part; the formatter sorts the imports. */
export function addToIndex(index: string, parts: readonly Part[]): string {
  let text = index;
  for (const part of parts) {
    const { folder, name, words } = part;
    if (!isImported(text, part)) {
      const line = `import { ${words.join(', ')} } from '../${folder}/${name}.ts';\n`;
      text = text.replace(importOf(part), '').replace(/^import /m, `${line}import `);
    }
    if (!isListed(text, part)) {
      text = text.replace(listOf(folder), (_, known: string) => {
        const names = [...new Set([...namesIn(known), ...words])];
        // Vendors are sorted by name; the order of formats and verifiers matters.
        if (folder === 'vendors') names.sort();
        return `${listName(folder)}: [${names.join(', ')}]`;
      });
    }
  }
  return text;
}

/**
 * Parts that the package does not list yet, or lists although they were removed: one sentence for each, with the
 * necessary change.
 */
export function findGaps(root: string): string[] {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const parts = listParts(root);
  const wanted = formatExports(listEntries(root));
  const given: Record<string, unknown> = JSON.parse(read('package.json')).exports;
  const isSame = JSON.stringify(wanted) === JSON.stringify(given);
  const index = read('src/index.ts');
  const unbound = parts.filter((part) => !isImported(index, part) || !isListed(index, part));
  const page = read('docs/vendors.md');
  const tests = readdirSync(join(root, 'test'), { recursive: true }).map(String);
  const untested = parts.filter(({ folder, name }) => {
    // Exports of a verifier are named after the form of the signature.
    if (folder === 'verifiers') return false;
    const paths = [`${folder}/${name}.test.ts`, `${folder}/${name}/`];
    return !tests.some((path) => paths.some((one) => path.startsWith(one)));
  });
  return [
    ...(isSame ? [] : ['package.json: exports are not the entry points. Run: npm run parts']),
    ...unbound.map(({ folder, words }) => {
      return `src/index.ts: builtIns.${listName(folder)} lacks ${words.join(' or ')}. Run: npm run parts`;
    }),
    ...parts
      .filter(({ folder, name }) => folder === 'vendors' && !page.includes(`\n| \`${name}\` |`))
      .map(({ name }) => `docs/vendors.md: no row for ${name}. Add one.`),
    ...untested.map(({ folder, name }) => {
      return `test/${folder}: no ${name}.test.ts and no folder ${name}/. Add one.`;
    }),
  ];
}

/** A module that exports every part. */
export function formatAllParts(parts: readonly Part[]): string {
  return parts
    .map(({ folder, name, words }) => {
      return `export { ${words.join(', ')} } from './${folder}/${name}.ts';`;
    })
    .join('\n');
}

/** `centos7` of `centos-7`. */
export function exportOf(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function isImported(index: string, part: Part): boolean {
  const names = namesIn(importOf(part).exec(index)?.[1] ?? '');
  return part.words.every((word) => names.includes(word));
}

function isListed(index: string, { folder, words }: Part): boolean {
  const names = namesIn(listOf(folder).exec(index)?.[1] ?? '');
  return words.every((word) => names.includes(word));
}

function importOf({ folder, name }: Part): RegExp {
  return new RegExp(`^import \\{([^}]*)\\} from '\\.\\./${folder}/${name}\\.ts';\n`, 'm');
}

function listOf(folder: string): RegExp {
  return new RegExp(`\\b${listName(folder)}: \\[([^\\]]*)\\]`);
}

/** The list in `builtIns` for the parts of a folder. */
function listName(folder: string): string {
  return folder.split('/', 1).join();
}

function namesIn(list: string): string[] {
  return list.split(',').flatMap((word) => word.trim() || []);
}
