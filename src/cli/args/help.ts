import { exitCodes } from '../../errors/exit-codes.ts';
import type { Command } from '../commands/command.ts';
import { formatTable } from '../print/format-table.ts';
import { wrapWords } from '../print/wrap-text.ts';
import { commonOptions } from './option-groups.ts';
import { type OptionName, options } from './options.ts';

const title = 'rootdisk: from ubuntu:24.04 to a verified, sparse, ready-to-boot raw disk';

/** Help on the whole program; `columns` is the width of the terminal, where there is one. */
export function formatHelp(commands: readonly Command[], columns?: number): string {
  const { usage, 'not-found': notFound, transfer, integrity, decode, cache, plugin } = exitCodes;
  return [
    wrapWords(title, columns ?? title.length).join('\n'),
    'usage: rootdisk <command> [options]',
    section(
      'commands',
      [
        ...commandRows(commands),
        ['help [command]', 'Explain one command, or list all of them.'],
        ['version', 'Print the version.'],
      ],
      columns,
    ),
    exampleSection([
      ['rootdisk ensure ubuntu:24.04', 'print the path of a verified disk'],
      ['rootdisk ensure debian --arch arm64 --json', 'the same as JSON, with all facts'],
      ['rootdisk resolve alpine:3.22', 'address, size, digest and trust, without a download'],
      ['rootdisk convert disk.qcow2 disk.raw', 'convert a local file to a sparse raw disk'],
    ]),
    section('options for every command', optionRows(commonOptions), columns),
    [
      'Results go to stdout, everything else to stderr.',
      `Exit codes: 0 done, ${usage} wrong call, ${notFound} not found, ${transfer} network, ${integrity} not trusted,`,
      `${decode} unusable image, ${cache} cache or disk, ${plugin} plug-in, 130 interrupted, 143 terminated,`,
      '1 anything else.',
      'rootdisk help <command> or rootdisk <command> --help explains one command.',
    ]
      .flatMap((line) => wrapWords(line, columns ?? line.length))
      .join('\n'),
  ].join('\n\n');
}

/** Help on one command. */
export function formatCommandHelp(command: Command, columns?: number): string {
  const { name, operands, summary } = command;
  return [
    summary,
    `usage: ${['rootdisk', name, ...operands, '[options]'].join(' ')}`,
    exampleSection(command.examples),
    ...(command.options.length > 0
      ? [section('options', optionRows(command.options, command), columns)]
      : []),
    ...(command.columns === undefined ? [] : [section('columns', command.columns, columns)]),
    section('options for every command', optionRows(commonOptions), columns),
  ].join('\n\n');
}

/** Help on the commands that begin with one word. */
export function formatGroupHelp(commands: readonly Command[], columns?: number): string {
  return [
    section('commands', commandRows(commands), columns),
    exampleSection(commands.flatMap(({ examples }) => examples.slice(0, 1))),
  ].join('\n\n');
}

/** A comment and a line to copy, as in a shell. */
function exampleSection(examples: Command['examples']): string {
  const lines = examples.flatMap(([line, what]) => [`  # ${what}`, `  ${line}`]);
  return ['examples:', ...lines].join('\n');
}

/** What is left beside the longest summary; the help of a command shows all its operands. */
const usageWidth = 26;

function commandRows(commands: readonly Command[]): string[][] {
  return commands.map(({ name, operands, summary }) => {
    const usage = [name, ...operands].join(' ');
    return [usage.length > usageWidth ? `${name} …` : usage, summary];
  });
}

function optionRows(names: readonly OptionName[], command?: Command): string[][] {
  return names.map((name) => {
    const { value, short, help } = options[name];
    const word = command?.optionWords?.[name];
    const shown = value ?? (word && `[${word}]`);
    const long = shown === undefined ? `--${name}` : `--${name} ${shown}`;
    return [short === undefined ? long : `-${short}, ${long}`, help];
  });
}

function section(
  title: string,
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
): string {
  return `${title}:\n${formatTable(rows, { columns: columns - 2 }).replace(/^/gm, '  ')}`;
}
