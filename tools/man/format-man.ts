import { commonOptions } from '../../src/cli/args/option-groups.ts';
import { type OptionName, options } from '../../src/cli/args/options.ts';
import type { Command } from '../../src/cli/commands/command.ts';
import { exitCodes } from '../../src/errors/exit-codes.ts';

/** The manual page of the command line in man(7) macros, from the same table as the help. */
export function formatMan(commands: readonly Command[], version: string): string {
  const { usage, transfer, integrity, decode, cache, plugin } = exitCodes;
  const codes: [code: number | string, meaning: string][] = [
    [0, 'done'],
    [1, 'anything else'],
    [usage, 'wrong call'],
    [exitCodes['not-found'], 'not found'],
    [transfer, 'network'],
    [integrity, 'not trusted'],
    [decode, 'unusable image'],
    [cache, 'cache or disk'],
    [plugin, 'plug-in'],
    [10, 'lock check: something moved'],
    [130, 'interrupted'],
    [143, 'terminated'],
  ];
  return [
    `.TH ROOTDISK 1 "" "rootdisk ${version}" "User Commands"`,
    '.SH NAME',
    'rootdisk \\- from a name to a verified, sparse, ready\\-to\\-boot raw disk',
    '.SH SYNOPSIS',
    '.B rootdisk',
    '.I command',
    '[options]',
    '.SH DESCRIPTION',
    'Results go to standard output, everything else to standard error.',
    '.SH COMMANDS',
    ...commands.flatMap(formatCommand),
    '.SH OPTIONS FOR EVERY COMMAND',
    ...formatOptions(commonOptions),
    '.SH EXIT STATUS',
    ...codes.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, troff(meaning)]),
    '.SH ENVIRONMENT',
    ...['.TP', '.B ROOTDISK_CACHE_DIR', 'folder of the cache'],
    ...['.TP', '.B HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY', 'proxies by http and https'],
    '',
  ].join('\n');
}

function formatCommand(command: Command): string[] {
  const { name, operands, summary, columns = [], examples } = command;
  return [
    `.SS "${troff(['rootdisk', name, ...operands].join(' '))}"`,
    troff(summary),
    ...formatOptions(command.options, command),
    ...columns.flatMap(([column, meaning]) => ['.TP', `.B ${troff(column)}`, troff(meaning)]),
    ...examples.flatMap(([line, what]) => [
      '.PP',
      `${troff(what)}:`,
      '.PP',
      '.nf',
      `\\&  ${troff(line)}`,
      '.fi',
    ]),
  ];
}

function formatOptions(names: readonly OptionName[], command?: Command): string[] {
  return names.flatMap((name) => {
    const { value, short, help } = options[name];
    const word = command?.optionWords?.[name];
    const shown = value ?? (word === undefined ? undefined : `[${word}]`);
    const forms = [...(short === undefined ? [] : [`-${short}`]), `--${name}`].map((form) => {
      return `\\fB${troff(form)}\\fR`;
    });
    const operand = shown === undefined ? '' : ` \\fI${troff(shown)}\\fR`;
    return ['.TP', `${forms.join(', ')}${operand}`, troff(help)];
  });
}

/** Text for troff: no macro at the beginning of a line, hyphens that can be copied. */
function troff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll('…', '...')
    .replace(/^(?=[.'])/, '\\&');
}
