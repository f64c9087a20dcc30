import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { formatCommandHelp, formatGroupHelp, formatHelp } from '../../src/cli/args/help.ts';
import { isOptionName, options } from '../../src/cli/args/options.ts';
import { parseCommand } from '../../src/cli/args/parse-command.ts';
import { commands } from '../../src/cli/commands/every.ts';
import { errorTable } from '../../src/errors/table.ts';
import * as index from '../../src/index.ts';
import * as kit from '../../src/kit.ts';
import * as testing from '../../src/testing/index.ts';
import { readSources, walkTree } from '../house/source-file.ts';
import { textsOf } from '../house/texts-of.ts';

/** Options of other programs that a hint may name, those of Cloud Hypervisor, and those of GRUB's commands. */
const foreign = new Set([
  // Of V8.
  '--semi-space-growth-factor',

  ...['--no-experimental-sqlite', '--long'],
  ...['--cpus', '--memory', '--serial', '--disk', '--initramfs', '--cmdline'],
  ...['--file', '--fs-label', '--fs-uuid', '--hint', '--id', '--label', '--set', '--unrestricted'],
]);
const sources = readSources(['src', 'vendors', 'formats', 'verifiers']);
const names = [...commands.map(({ name }) => name), 'help', 'version'];

/** What a user reads as advice: every `hint`, and every text that stands in a constant or function named so. */
const hints = sources.flatMap(({ path, tree }) =>
  [...walkTree(tree)].flatMap((node) => {
    const isHint =
      (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) &&
      /hints?$/i.test(node.name.getText());
    const isFunction = ts.isFunctionDeclaration(node) && /^hint/.test(node.name?.text ?? '');
    if (!isHint && !isFunction) return [];
    return [...walkTree(node)].flatMap(textsOf).map((text) => [path, text] as const);
  }),
);

/** Every text of the sources that names a command line option or looks like a command line. */
const allTexts = sources
  // The options of GRUB's commands, as its configurations have them.
  .filter(({ path }) => !path.startsWith('src/disk/boot/grub/'))
  .flatMap(({ path, tree }) =>
    [...walkTree(tree)]
      .filter((node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))
      .flatMap((node) => textsOf(node).map((text) => [path, text] as const)),
  );

/** What `--help` prints. */
const screens = [
  formatHelp(commands),
  formatGroupHelp(commands.filter(({ name }) => name.startsWith('cache '))),
  ...commands.map((command) => formatCommandHelp(command)),
];
const helpTexts = [...screens, ...Object.values(errorTable).map(({ action }) => action)].map(
  (text) => ['help', text] as const,
);

/** Names of the API: exports, and the fields of what callers give and get. */
const apiNames = new Set([
  ...[index, kit, testing].flatMap((module) => Object.keys(module)),
  ...sources
    .filter(({ path }) => /^src\/(contracts\/|errors\/details|create-rootdisk|verbs\/)/.test(path))
    .flatMap(({ tree }) => [...walkTree(tree)])
    .flatMap((node) => (ts.isPropertySignature(node) ? [node.name.getText()] : [])),
]);

function unknownOptions(text: string): string[] {
  const words = text.match(/(?<![\w-])--[a-z][\w-]*/g) ?? [];
  return words.filter((word) => !isOptionName(word.slice(2)) && !foreign.has(word));
}

/** Words behind `rootdisk` that begin no command. `rootdisk/kit`, `rootdisk --help` and a version are none. */
function unknownCommands(text: string): string[] {
  const lines = [...text.matchAll(/\brootdisk ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?/g)];
  return lines
    .filter(
      ([, first, second]) => !names.includes(first ?? '') && !names.includes(`${first} ${second}`),
    )
    .map(([line]) => line);
}

/** Words such as `allowOlder` and `limits.nesting`. */
function unknownFields(text: string): string[] {
  const words = text.match(/\b[a-z]+[A-Z]\w*\b|(?<=\blimits\.)\w+/g) ?? [];
  return words.filter(
    (word) => !apiNames.has(word) && !['streamOptimized', 'macOS'].includes(word),
  );
}

describe('hints, help and messages name only what exists:', () => {
  test.each([
    ['options', unknownOptions, [...allTexts, ...helpTexts]],
    ['commands', unknownCommands, [...allTexts, ...helpTexts]],
    ['options and exports of the API', unknownFields, hints],
  ] as const)('%s', (_what, unknown, texts) => {
    expect(texts.filter(([, text]) => unknown(text).length > 0)).toEqual([]);
    expect(texts.length).toBeGreaterThan(helpTexts.length);
  });

  test('what does not exist would be found', () => {
    expect(unknownOptions('give --allow-anything')).toEqual(['--allow-anything']);
    expect(unknownCommands('Run: rootdisk cache polish')).toEqual(['rootdisk cache polish']);
    expect(unknownFields('raise limits.everything or allowNewer')).toEqual([
      'everything',
      'allowNewer',
    ]);
  });
});

test.each(
  commands.flatMap(({ name, examples }) =>
    // As a shell reads a line that goes on behind a backslash.
    examples.map(([line]) => [name, line.replace(/ \\\n\s*/g, ' ')] as const),
  ),
)('example of %s: %s', (name, line) => {
  const [, inner = line] = /\$\((rootdisk [^)]*)\)/.exec(line) ?? [];
  const [, args = ''] = /^(?:[^|]* \| )?rootdisk (.*?)(?: \| .*)?$/.exec(inner) ?? [];
  const words = args.match(/"[^"]*"|\S+/g) ?? [];
  const invocation = parseCommand(
    words.map((word) => word.replace(/^"(.*)"$/, '$1')),
    commands,
  );
  expect(invocation).toMatchObject({ kind: 'run' });
  if (inner === line) expect(invocation).toMatchObject({ command: { name } });
});

test('every option belongs to a command or to all of them', () => {
  const help = helpTexts.map(([, text]) => text).join('\n');
  expect(Object.keys(options).filter((name) => !help.includes(`--${name}`))).toEqual([]);
});

test('no line of the help is wider than a terminal of 80 columns', () => {
  const lines = screens.flatMap((text) => text.split('\n'));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test('in a terminal of 60 columns only lines to copy are wider', () => {
  const texts = [
    formatHelp(commands, 60),
    ...commands.map((command) => formatCommandHelp(command, 60)),
  ];
  const toCopy = new Set(commands.flatMap(({ examples }) => examples.map(([line]) => line)));
  const wide = texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.length > 60 && !/^usage: | {2}# /.test(line));
  expect(wide.filter((line) => ![...toCopy].some((one) => one.includes(line.trim())))).toEqual([]);
  expect(wide.length).toBeGreaterThan(0);
});

/** The option of the command line that does the same as a field of the API: `maxAge` is `--max-age`. */
function unnamedOptions(text: string): string[] {
  const fields = text.match(/\b[a-z]+[A-Z][A-Za-z]*\b/g) ?? [];
  return fields.filter((field) => {
    const name = field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return isOptionName(name) && !text.includes(`--${name}`);
  });
}

test('a hint that names a field of the API names the option of the command line too', () => {
  expect(hints.filter(([, text]) => unnamedOptions(text).length > 0)).toEqual([]);
  expect(unnamedOptions('Raise maxAge, or give cacheDir (--cache-dir).')).toEqual(['maxAge']);
});
