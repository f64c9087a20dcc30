import { commonOptions } from '../args/option-groups.ts';
import { type OptionName, options } from '../args/options.ts';
import type { Command } from '../commands/command.ts';
import { isSafeWord, subcommandsOf, takesReference, topWords } from './words.ts';

/** The script for bash; file names where no word fits. */
export function formatBash(commands: readonly Command[], vendors: readonly string[]): string {
  return `# bash completion of rootdisk; load it with: source <(rootdisk completion bash)
_rootdisk() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local first='' second='' found='' word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
${body(commands, vendors)}
  COMPREPLY=($(compgen -W "$found" -- "$cur"))
}
complete -o default -F _rootdisk rootdisk`;
}

/** The script for zsh; file names where no word fits. */
export function formatZsh(commands: readonly Command[], vendors: readonly string[]): string {
  return `#compdef rootdisk
# zsh completion of rootdisk; load it with: source <(rootdisk completion zsh)
_rootdisk() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]}"
  local first='' second='' found='' word i
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
${body(commands, vendors)}
  if [[ -n "$found" ]]; then compadd -- \${=found}; fi
  if [[ "$cur" != -* ]]; then _files; fi
}
if [[ "\${funcstack[1]}" == _rootdisk ]]; then _rootdisk "$@"; else compdef _rootdisk rootdisk; fi`;
}

/** What both shells read alike: which command is being written, and which words may come next. */
function body(commands: readonly Command[], vendors: readonly string[]): string {
  const all = Object.entries(options);
  const valued = all.flatMap(([name, { value }]) => (value === undefined ? [] : [`--${name}`]));
  const chosen = all.flatMap(([name, { words }]) =>
    words === undefined ? [] : [`      --${name}) found='${words.join(' ')}' ;;`],
  );
  const tops = topWords(commands);
  const groups = tops.filter((word) => subcommandsOf(word, commands).length > 0);
  return `    case "$word" in
      ${valued.join('|')}) i=$((i + 1)) ;;
      -*) ;;
      *) if [[ -z "$first" ]]; then first="$word"; elif [[ -z "$second" ]]; then second="$word"; fi ;;
    esac
  done
  case "$prev" in
    ${valued.join('|')})
    case "$prev" in
${chosen.join('\n')}
    esac ;;
    *)
    case "$first $second" in
      ' ') found='${[...tops, ...commonOptions.map((name) => `--${name}`)].join(' ')}' ;;
${groups.map((word) => `      '${word} ') found='${subcommandsOf(word, commands).join(' ')}' ;;`).join('\n')}
${commands.map((command) => nextWords(command, vendors)).join('\n')}
    esac ;;
  esac`;
}

function nextWords(command: Command, vendors: readonly string[]): string {
  const { name } = command;
  const pattern = name.includes(' ') ? `'${name}'` : `'${name} '*`;
  const names: readonly OptionName[] = [...command.options, ...commonOptions];
  const dashed = names.map((option) => `--${option}`).join(' ');
  const plain = [
    ...(takesReference(command) ? vendors.filter(isSafeWord) : []),
    ...(command.operandWords ?? []),
  ].join(' ');
  return `      ${pattern}) if [[ "$cur" == -* ]]; then found='${dashed}'; else found='${plain}'; fi ;;`;
}
