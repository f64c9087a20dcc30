import type { RawItem } from './frame.ts';
import type { GrubStatement } from './parse-script.ts';

/** The title, then options; all options but one take the next word as their value. */
export function parseMenuEntry(
  kind: 'menuentry' | 'submenu',
  words: readonly string[],
  body: GrubStatement[],
): RawItem {
  let title: string | undefined;
  let id: string | undefined;
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    if (word.startsWith('--id=')) id = word.slice('--id='.length);
    else if (word === '--id') {
      i += 1;
      id = words[i];
    } else if (word === '--unrestricted') continue;
    else if (/^--(?:class|users|hotkey|source)$/.test(word)) i += 1;
    else if (!word.startsWith('--')) title ??= word;
  }
  const item: RawItem = {
    kind: kind === 'submenu' ? 'submenu' : 'entry',
    title: title ?? '',
    body,
  };
  if (id !== undefined) item.id = id;
  return item;
}
