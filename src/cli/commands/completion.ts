import { invalidArguments } from '../args/refuse.ts';
import { formatFish } from '../completion/fish.ts';
import { formatBash, formatZsh } from '../completion/posix.ts';
import type { Command } from './command.ts';

const shells = { bash: formatBash, zsh: formatZsh, fish: formatFish };

/** The command that prints a completion script for `commands`. */
export function completionOf(commands: () => readonly Command[]): Command {
  const completion: Command = {
    name: 'completion',
    operands: ['<shell>'],
    operandWords: Object.keys(shells),
    summary: 'Print completions for bash, zsh or fish.',
    options: ['plugin'],
    examples: [
      ['eval "$(rootdisk completion bash)"', 'in this shell, or in ~/.bashrc'],
      ['rootdisk completion fish | source', 'the same for fish'],
    ],
    async run({ operands: [shell = ''], parts }) {
      const format = Object.entries(shells).find(([name]) => name === shell)?.[1];
      if (format === undefined) {
        const known = Object.keys(shells).join(', ');
        throw invalidArguments(
          `there is no completion for ${JSON.stringify(shell)}; shells: ${known}`,
          completion,
        );
      }
      const vendors = parts.vendors.map(({ id }) => id).sort();
      const script = format(commands(), vendors);
      return { text: script, json: { shell, script } };
    },
  };
  return completion;
}
