import { UsageError } from '../../errors.ts';
import { nearestWord } from '../../kit/nearest-word.ts';
import { shownText } from '../../kit/public-url.ts';
import type { Command } from '../commands/command.ts';
import { isOptionName } from './options.ts';

/** `ERR_INVALID_REQUEST` about how the program was called, pointing to the help of the command where it is known. */
export function invalidArguments(message: string, command?: Command): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint: `Run: ${helpLine(command)}`,
    details: { field: 'arguments' },
  });
}

/** The same for an option that the command does not have, with the one that was probably meant. */
export function unknownOption(
  typed: string,
  command: Command | undefined,
  known: readonly string[],
): UsageError {
  const word = typed.replace(/^-+/, '');
  // An option of another command is no misspelling.
  const meant = isOptionName(word) ? undefined : nearestWord(word, known);
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${command?.name ?? 'rootdisk'} has no option ${JSON.stringify(shownText(typed))}`,
    hint: meant === undefined ? `Run: ${helpLine(command)}` : `Did you mean --${meant}?`,
    details: { field: 'option', value: shownText(typed), known: known.map((name) => `--${name}`) },
  });
}

/** The same for words that begin no command. */
export function unknownCommand(words: readonly string[], commands: readonly Command[]): UsageError {
  const [first, second] = words;
  if (first === undefined) return invalidArguments('no command was given');
  const names = commands.map(({ name }) => name);
  const inner = names.filter((name) => name.startsWith(`${first} `));
  if (inner.length > 0 && second === undefined) {
    return invalidArguments(`${first} needs a subcommand: ${inner.join(', ')}`);
  }
  const typed = inner.length > 0 ? `${first} ${second}` : first;
  const known =
    inner.length > 0
      ? inner
      : [...names.flatMap((name) => [name, name.split(' ')[0] ?? name]), 'help', 'version'];
  const meant = nearestWord(typed, known);
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `there is no command ${JSON.stringify(shownText(typed))}`,
    hint: meant === undefined ? `Run: ${helpLine(undefined)}` : `Did you mean: rootdisk ${meant}?`,
    details: { field: 'command', value: shownText(typed), known: names },
  });
}

function helpLine(command: Command | undefined): string {
  return command === undefined ? 'rootdisk --help' : `rootdisk ${command.name} --help`;
}

/** `ERR_INVALID_REQUEST` about one option, with the option's name in front. */
export function invalidOption(
  option: string,
  message: string,
  hint: string,
  cause?: unknown,
): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `--${option}: ${message}`,
    hint,
    details: { field: option },
    cause,
  });
}

/** `ERR_INVALID_REQUEST` about a value that the option does not take. */
export function invalidValue(
  option: string,
  value: string,
  hint: string,
  cause?: unknown,
): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `invalid value ${JSON.stringify(shownText(value))} for --${option}`,
    hint,
    details: { field: option, value: shownText(value) },
    cause,
  });
}
