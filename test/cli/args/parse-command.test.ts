import { describe, expect, test } from 'vitest';
import { commonOptions } from '../../../src/cli/args/option-groups.ts';
import { type OptionName, options } from '../../../src/cli/args/options.ts';
import { type Invocation, parseCommand } from '../../../src/cli/args/parse-command.ts';
import { commands } from '../../../src/cli/commands/every.ts';
import { isImageError } from '../../../src/errors.ts';
import { nearestWord } from '../../../src/kit/nearest-word.ts';

function parse(line: string): Invocation {
  return parseCommand(line === '' ? [] : line.split(' '), commands);
}

function run(line: string): Extract<Invocation, { kind: 'run' }> {
  const invocation = parse(line);
  if (invocation.kind !== 'run') throw new Error(`${line} runs nothing`);
  return invocation;
}

describe('what is understood', () => {
  test('a command, its operands and its options, wherever they stand', () => {
    for (const line of [
      '--json ensure debian:13 --arch arm64',
      'ensure --arch=arm64 debian:13 --json',
    ]) {
      const { command, operands, flags } = run(line);
      expect(command.name).toBe('ensure');
      expect(operands).toEqual(['debian:13']);
      expect([flags.has('json'), flags.has('quiet'), flags.text('arch')]).toEqual([
        true,
        false,
        'arm64',
      ]);
    }
  });

  test.each([
    ['ensure debian --boot disk', ['debian'], 'disk'],
    ['ensure --boot disk debian', ['debian'], 'disk'],
    ['ensure --boot=disk debian', ['debian'], 'disk'],
    ['ensure --boot=disk disk', ['disk'], 'disk'],
    ['ensure disk --boot', ['disk'], undefined],
    ['ensure --boot debian disk', ['debian', 'disk'], undefined],
    ['ensure --boot ./disk', ['./disk'], undefined],
    ['ensure --boot -- disk', ['disk'], undefined],
    ['ensure --boot --json disk', ['disk'], undefined],
    ['resolve --boot disk', ['disk'], undefined],
  ])('%s: only the word disk right behind --boot is not a reference', (line, operands, word) => {
    const ran = run(line);
    expect(ran.operands).toEqual(operands);
    expect([ran.flags.has('boot'), ran.flags.text('boot')]).toEqual([true, word]);
  });

  test('commands of two words', () => {
    expect(run('cache ls').command.name).toBe('cache ls');
    const { command, operands } = run('cache --json rm a b');
    expect([command.name, ...operands]).toEqual(['cache rm', 'a', 'b']);
  });

  test('repeating options keep their order', () => {
    const { flags } = run('ensure x --param b=1 --plugin one --param a=2 --plugin two');
    expect(flags.list('param')).toEqual(['b=1', 'a=2']);
    expect(flags.list('plugin')).toEqual(['one', 'two']);
  });

  test('what follows -- is no option, and a value may begin with a dash behind =', () => {
    expect(run('inspect -- --odd-name').operands).toEqual(['--odd-name']);
    expect(run('inspect x --entry=-disk').flags.text('entry')).toBe('-disk');
  });

  test('--help and --version come before everything else that may be missing', () => {
    expect(parse('--version').kind).toBe('version');
    expect(parse('ensure --version').kind).toBe('version');
    const helped = ['--help', '-h', 'convert --help', 'cache --help', 'cache rm -h'].map(parse);
    const counts = helped.map((one) => (one.kind === 'help' ? one.commands.length : 0));
    expect(counts).toEqual([commands.length, commands.length, 1, 7, 1]);
  });
});

test.each([
  ['help', '--help'],
  ['help convert', 'convert --help'],
  ['help cache', 'cache --help'],
  ['--json help cache rm', 'cache rm --json --help'],
  ['version', '--version'],
  ['version --json', '--version --json'],
])('%s is the same as %s', (command, option) => {
  const [one, other] = [parse(command), parse(option)];
  expect(one.kind).toBe(other.kind);
  expect(one.flags.has('json')).toBe(other.flags.has('json'));
  const chosen = [one, other].map((each) => (each.kind === 'help' ? each.commands : []));
  expect(chosen[0]).toEqual(chosen[1]);
});

describe('what is not', () => {
  test.each([
    ['', 'no command was given', 'Run: rootdisk --help'],
    ['ensrue ubuntu', 'there is no command "ensrue"', 'Did you mean: rootdisk ensure?'],
    ['esnure', 'there is no command "esnure"', 'Did you mean: rootdisk ensure?'],
    ['help convrt', 'there is no command "convrt"', 'Did you mean: rootdisk convert?'],
    ['help cache lss', 'there is no command "cache lss"', 'Did you mean: rootdisk cache ls?'],
    ['help convert --frmo x', 'convert has no option "--frmo"', 'Did you mean --from?'],
    ['hlep', 'there is no command "hlep"', 'Did you mean: rootdisk help?'],
    ['verison', 'there is no command "verison"', 'Did you mean: rootdisk version?'],
    ['version x', 'unexpected argument "x" for version', 'Run: rootdisk --help'],
    ['version --arch=arm64', 'rootdisk has no option "--arch"', 'Run: rootdisk --help'],
    ['frobnicate', 'there is no command "frobnicate"', 'Run: rootdisk --help'],
    ['frobnicate --help', 'there is no command "frobnicate"', 'Run: rootdisk --help'],
    ['cache', 'cache needs a subcommand: cache ls', 'Run: rootdisk --help'],
    ['cache lss', 'there is no command "cache lss"', 'Did you mean: rootdisk cache ls?'],
    ['ensure x --frmat raw', 'ensure has no option "--frmat"', 'Did you mean --format?'],
    ['ensure x --verb', 'ensure has no option "--verb"', 'Did you mean --verbose?'],
    [
      'ensure x --signature gz',
      'ensure has no option "--signature"',
      'Run: rootdisk ensure --help',
    ],
    ['ensure x --no-json', 'ensure has no option "--no-json"', 'Run: rootdisk ensure --help'],
    ['ensure x -j', 'ensure has no option "-j"', 'Run: rootdisk ensure --help'],
    ['ensure x --toString', 'ensure has no option "--toString"', 'Run: rootdisk ensure --help'],
    ['--jsno', 'rootdisk has no option "--jsno"', 'Did you mean --json?'],
    ['ensure', 'ensure needs <ref | url | file>…', 'Run: rootdisk ensure --help'],
    ['convert in', 'convert needs <out>', 'Run: rootdisk convert --help'],
    ['cache rm', 'cache rm needs <name>…', 'Run: rootdisk cache rm --help'],
    [
      'convert a b --trust signed',
      'convert has no option "--trust"',
      'Run: rootdisk convert --help',
    ],
    ['inspect a --arch amd64', 'inspect has no option "--arch"', 'Run: rootdisk inspect --help'],
    ['cache ls --key f', 'cache ls has no option "--key"', 'Run: rootdisk cache ls --help'],
    ['list --max-size 1', 'list has no option "--max-size"', 'Run: rootdisk list --help'],
    ['verify f --mirror a=b', 'verify has no option "--mirror"', 'Run: rootdisk verify --help'],
    ['convert a b c', 'unexpected argument "c" for convert', 'Run: rootdisk convert --help'],
    ['cache ls x', 'unexpected argument "x" for cache ls', 'Run: rootdisk cache ls --help'],
    ['ensure x --arch', '--arch needs a value: --arch ARCH', 'Run: rootdisk ensure --help'],
    ['ensure --arch --json x', '--arch needs a value: --arch ARCH', 'Run: rootdisk ensure --help'],
    ['ensure x --arch=', '--arch needs a value: --arch ARCH', 'Run: rootdisk ensure --help'],
    ['ensure x --json=yes', '--json takes no value', 'Run: rootdisk ensure --help'],
    ['ensure x --boot=vendor', '--boot takes no value but disk', 'Run: rootdisk ensure --help'],
    ['ensure --boot disk', 'ensure needs <ref', 'Run: rootdisk ensure --help'],
    ['resolve x --boot=disk', '--boot takes no value', 'Run: rootdisk resolve --help'],
    ['ensure x --digest a --digest b', '--digest was given twice', 'Run: rootdisk ensure --help'],
    [
      'ensure x --quiet --verbose',
      '--quiet and --verbose cannot be used together',
      'Run: rootdisk ensure --help',
    ],
  ])('%j: %s', (line, message, hint) => {
    const error = catchError(() => parse(line));
    expect(error).toMatchObject({ code: 'ERR_INVALID_REQUEST', exitCode: 2, hint });
    expect(String(error)).toContain(message);
  });

  test('commands and options of other versions are unknown, not half there', () => {
    const lines = ['registry push x', 'cache polish'];
    for (const line of [...lines, 'cache ls --catalog f', 'cache ls --force']) {
      expect(
        isImageError(
          catchError(() => parse(line)),
          'ERR_INVALID_REQUEST',
        ),
      ).toBe(true);
    }
  });
});

test('every option is taken by some command, and none stands twice', () => {
  const used = [...commonOptions, ...commands.flatMap((command) => command.options)];
  expect(Object.keys(options).filter((name) => !used.includes(name as OptionName))).toEqual([]);
  for (const command of commands) {
    const own = [...commonOptions, ...command.options];
    expect(new Set(own).size).toBe(own.length);
  }
});

test('every example in the help can be run as it stands', () => {
  // As a shell reads a line that goes on behind a backslash.
  const lines = commands.flatMap(({ examples }) =>
    examples.map(([line]) => line.replace(/ \\\n\s*/g, ' ')),
  );
  // One command line may hold another: "$(rootdisk …)".
  const inner = lines.flatMap((line) => /\$\((rootdisk [^)]*)\)/.exec(line)?.[1] ?? []);
  const outer = lines.map((line) =>
    line.replace(/\$\([^)]*\)/, 'x').replace(/ \| (?!rootdisk).*$|^cat \S+ \| /, ''),
  );
  const own = [...inner, ...outer].filter((line) => line.startsWith('rootdisk '));
  expect(own.length).toBeGreaterThanOrEqual(lines.length);
  for (const line of own) {
    const words = line.match(/"[^"]*"|[^\s"]+/g) ?? [];
    const args = words.slice(1).map((word) => word.replaceAll('"', ''));
    expect(parseCommand(args, commands).kind, line).toBe('run');
  }
});

test.each([
  ['lst', 'list'],
  ['ls', undefined],
  ['resovle', 'resolve'],
  ['inspect-image', undefined],
  ['', undefined],
])('%j was probably meant as %j', (typed, word) => {
  expect(nearestWord(typed, ['ensure', 'resolve', 'list', 'convert', 'inspect'])).toBe(word);
});

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
