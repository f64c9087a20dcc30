import { UsageError } from '../errors.ts';
import type { Command } from './command.ts';
import { nearestWord } from './nearest-word.ts';

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
  const meant = nearestWord(typed.replace(/^-+/, ''), known);
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${command?.name ?? 'rootdisk'} has no option ${JSON.stringify(typed)}`,
    hint: meant === undefined ? `Run: ${helpLine(command)}` : `Did you mean --${meant}?`,
    details: { field: 'option', value: typed, known: known.map((name) => `--${name}`) },
  });
}

/** The same for words that begin no command. */
export function unknownCommand(words: readonly string[], commands: readonly Command[]): UsageError {
  const [first, second] = words;
  if (first === undefined) return invalidArguments('no command was given');
  const names = commands.map(({ name }) => name);
  const inner = names.filter((name) => name.startsWith(`${first} `));
  if (inner.length > 0 && second === undefined) {
    return invalidArguments(`${first} alone is no command; there are: ${inner.join(', ')}`);
  }
  const typed = inner.length > 0 ? `${first} ${second}` : first;
  const known =
    inner.length > 0 ? inner : names.flatMap((name) => [name, name.split(' ')[0] ?? name]);
  const meant = nearestWord(typed, known);
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `there is no command ${JSON.stringify(typed)}`,
    hint: meant === undefined ? `Run: ${helpLine(undefined)}` : `Did you mean: rootdisk ${meant}?`,
    details: { field: 'command', value: typed, known: names },
  });
}

function helpLine(command: Command | undefined): string {
  return command === undefined ? 'rootdisk --help' : `rootdisk ${command.name} --help`;
}
