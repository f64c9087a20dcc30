import { commonOptions } from '../args/option-groups.ts';
import { options } from '../args/options.ts';
import type { Command } from '../commands/command.ts';
import { isSafeWord, subcommandsOf, takesReference, topWords } from './words.ts';

const seen = '__fish_seen_subcommand_from';

/** The script for fish; file names where no word fits. */
export function formatFish(commands: readonly Command[], vendors: readonly string[]): string {
  const tops = topWords(commands);
  const lines = [
    '# fish completion of rootdisk; load it with: rootdisk completion fish | source',
    `complete -c rootdisk -n 'not ${seen} ${tops.join(' ')}' -f -a '${tops.join(' ')}'`,
  ];
  for (const word of tops) {
    const inner = subcommandsOf(word, commands);
    if (inner.length === 0) continue;
    const condition = `${seen} ${word}; and not ${seen} ${inner.join(' ')}`;
    lines.push(`complete -c rootdisk -n '${condition}' -f -a '${inner.join(' ')}'`);
  }
  for (const command of commands) {
    const condition = command.name
      .split(' ')
      .map((word) => `${seen} ${word}`)
      .join('; and ');
    const about = `complete -c rootdisk -n '${condition}'`;
    const plain = [
      ...(takesReference(command) ? vendors.filter(isSafeWord) : []),
      ...(command.operandWords ?? []),
    ];
    if (plain.length > 0) lines.push(`${about} -a '${plain.join(' ')}'`);
    for (const name of [...command.options, ...commonOptions]) {
      const { value, words, help } = options[name];
      const given = value === undefined ? '' : ' -r';
      const choices = words === undefined ? '' : ` -f -a '${words.join(' ')}'`;
      lines.push(`${about} -l ${name}${given}${choices} -d '${help.replace(/['\\]/g, '\\$&')}'`);
    }
  }
  return lines.join('\n');
}
