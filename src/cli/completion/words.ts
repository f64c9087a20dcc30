import type { Command } from '../commands/command.ts';

/** The first words of all commands, each once. */
export function topWords(commands: readonly Command[]): string[] {
  return [...new Set(commands.flatMap(({ name }) => name.split(' ').slice(0, 1)))];
}

/** What may follow a first word: `ls`, `path` … after `cache`. */
export function subcommandsOf(word: string, commands: readonly Command[]): string[] {
  return commands.flatMap(({ name }) => {
    const [first, second] = name.split(' ');
    return first === word && second !== undefined ? [second] : [];
  });
}

/** Its operands may begin with the id of a vendor. */
export function takesReference({ operands }: Command): boolean {
  return operands.some((one) => /\b(?:ref|vendor)\b/.test(one));
}

/** Needs no quotes in any shell. The id of a vendor from a plug-in may be anything. */
export function isSafeWord(word: string): boolean {
  return /^[\w.-]+$/.test(word);
}
