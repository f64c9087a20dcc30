import { shownText } from '../../kit/public-url.ts';
import type { Command } from '../commands/command.ts';
import { Flags } from './flags.ts';
import { commonOptions } from './option-groups.ts';
import { isOptionName, options } from './options.ts';
import { invalidArguments, unknownCommand, unknownOption } from './refuse.ts';
import { type Token, tokenize } from './tokenize.ts';

/** A command line that was understood. */
export type Invocation =
  | { kind: 'version'; flags: Flags }
  /** The commands whose help was asked for: all, one, or those that begin with one word, such as `cache`. */
  | { kind: 'help'; commands: readonly Command[]; flags: Flags }
  | { kind: 'run'; command: Command; operands: string[]; flags: Flags };

/**
 * Reads the arguments behind `rootdisk`. Options may stand anywhere; all but the repeating ones once. What cannot be
 * understood is `ERR_INVALID_REQUEST`, with what was probably meant.
 */
export function parseCommand(args: readonly string[], commands: readonly Command[]): Invocation {
  const cut = tokenize(args);
  const tokens = joinWords(
    cut,
    commands.find(({ name }) => beginsWith(wordsOf(cut), name)),
  );
  const typed = wordsOf(tokens);
  const isHelp = typed[0] === 'help';
  const words = isHelp ? typed.slice(1) : typed;
  const given = tokens.filter(({ kind }) => kind === 'option');
  if (typed[0] === 'version') return parseVersion(typed.slice(1), given);
  const command = commands.find(({ name }) => beginsWith(words, name));
  const flags = readFlags(given, command);
  if (flags.has('version')) return { kind: 'version', flags };
  if (isHelp || flags.has('help'))
    return { kind: 'help', commands: pickHelp(words, command, commands), flags };
  if (command === undefined) throw unknownCommand(words, commands);
  const operands = words.slice(command.name.split(' ').length);
  checkOperands(command, operands);
  if (flags.has('quiet') && flags.has('verbose')) {
    throw invalidArguments('--quiet and --verbose cannot be used together', command);
  }
  const other = flags.has('quiet') ? '--quiet' : '--verbose';
  if (flags.has('progress') && (flags.has('quiet') || flags.has('verbose'))) {
    throw invalidArguments(`--progress and ${other} cannot be used together`, command);
  }
  return { kind: 'run', command, operands, flags };
}

/** A word that a command allows behind an option becomes its value; any other word there stays an operand. */
function joinWords(tokens: readonly Token[], command: Command | undefined): Token[] {
  const wordOf = ({ kind, name = '' }: Token): string | undefined => {
    return kind === 'option' && isOptionName(name) ? command?.optionWords?.[name] : undefined;
  };
  return tokens.flatMap((token, at): Token[] => {
    const [before, next] = [tokens[at - 1], tokens[at + 1]];
    const isWordOf = (option: Token | undefined, word: Token | undefined): boolean => {
      if (option === undefined || option.value !== undefined || word?.kind !== 'positional')
        return false;
      return word.index === option.index + 1 && wordOf(option) === word.value;
    };
    if (isWordOf(before, token)) return [];
    return [isWordOf(token, next) ? { ...token, value: next?.value } : token];
  });
}

function wordsOf(tokens: readonly Token[]): string[] {
  return tokens.flatMap(({ kind, value = '' }) => (kind === 'positional' ? [value] : []));
}

/** The command `version`, which has no options of its own and no operand. */
function parseVersion(operands: readonly string[], given: readonly Token[]): Invocation {
  const [surplus] = operands;
  if (surplus !== undefined) {
    throw invalidArguments(`unexpected argument ${JSON.stringify(shownText(surplus))} for version`);
  }
  const other = given.find(({ name = '' }) => !commonOptions.some((option) => option === name));
  if (other !== undefined) throw unknownOption(other.rawName ?? '', undefined, commonOptions);
  return { kind: 'version', flags: readFlags(given, undefined) };
}

function readFlags(given: readonly Token[], command: Command | undefined): Flags {
  const known = [...commonOptions, ...(command?.options ?? [])];
  const values = new Map<string, (string | true)[]>();
  for (const { name = '', rawName = name, value, inlineValue } of given) {
    // Without a command an option of any command passes here; that the command is missing is told instead.
    const passes = isOptionName(name) && (command === undefined || known.includes(name));
    if (!passes) throw unknownOption(rawName, command, known);
    const spec = options[name];
    if (spec.value === undefined) {
      const word = command?.optionWords?.[name];
      if (value !== undefined && value !== word) {
        const takes = word === undefined ? 'no value' : `no value but ${word}`;
        throw invalidArguments(`${rawName} takes ${takes}`, command);
      }
      values.set(name, [value ?? true]);
      continue;
    }
    // What looks like an option is a forgotten value; a value that begins with a dash is written behind `=`.
    const forgotten = inlineValue === false && value?.startsWith('-') === true;
    if (value === undefined || value === '' || forgotten) {
      throw invalidArguments(`${rawName} needs a value: ${rawName} ${spec.value}`, command);
    }
    const before = values.get(name) ?? [];
    const repeats = spec.repeats === true || command?.repeats?.includes(name) === true;
    if (before.length > 0 && !repeats) {
      throw invalidArguments(`${rawName} was given twice`, command);
    }
    values.set(name, [...before, value]);
  }
  return new Flags(values);
}

function pickHelp(
  words: readonly string[],
  command: Command | undefined,
  commands: readonly Command[],
): readonly Command[] {
  if (command !== undefined) return [command];
  const [first] = words;
  if (first === undefined) return commands;
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length === 0 || words.length > 1) throw unknownCommand(words, commands);
  return group;
}

function checkOperands(command: Command, operands: readonly string[]): void {
  const { name } = command;
  const missing = command.operands.find((one, index) => one.startsWith('<') && !operands[index]);
  if (missing !== undefined) throw invalidArguments(`${name} needs ${missing}`, command);
  const repeats = command.operands.at(-1)?.endsWith('…') === true;
  const surplus = repeats ? undefined : operands[command.operands.length];
  if (surplus === undefined) return;
  const shown = JSON.stringify(shownText(surplus));
  throw invalidArguments(`unexpected argument ${shown} for ${name}`, command);
}

function beginsWith(words: readonly string[], name: string): boolean {
  return name.split(' ').every((word, index) => words[index] === word);
}
