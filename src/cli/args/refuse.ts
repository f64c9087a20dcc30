import { UsageError } from '../../errors.ts';
import type { Command } from '../commands/command.ts';

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
    return invalidArguments(`${first} needs a subcommand: ${inner.join(', ')}`);
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
    message: `invalid value ${JSON.stringify(value)} for --${option}`,
    hint,
    details: { field: option, value },
    cause,
  });
}

/** The one of `words` that was probably meant: at most two slips of the finger away, and fewer for short words. */
export function nearestWord(typed: string, words: Iterable<string>): string | undefined {
  const allowed = typed.length <= 3 ? 1 : 2;
  let best: { word: string; distance: number } | undefined;
  for (const word of words) {
    const distance = countEdits(typed, word);
    // Half a word, as in `--verb`, is a slip too.
    const near = distance <= allowed || (typed.length >= 3 && word.startsWith(typed));
    if (near && distance < (best?.distance ?? Infinity)) best = { word, distance };
  }
  return best?.word;
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function countEdits(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= to.length; j += 1) {
      const replace = at(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = swapped ? at(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replace, swap));
    }
  }
  return at(from.length, to.length);
}
