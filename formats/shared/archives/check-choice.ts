import { refuse, type WantedEntry } from '../../../src/kit.ts';
import { isWhiteout } from './member-name.ts';

/** A message lists no more names than this. */
const maxNames = 10;

/**
 * Checks the choice among the members that could be the disk, before any of them is read: `not-an-image` for a name
 * that does not exist, `ambiguous-content` if no name was given and there are several.
 */
export function checkChoice(
  format: string,
  names: readonly string[],
  wanted: WantedEntry | undefined,
): void {
  if (wanted === undefined || names.length === 0) return;
  const { name, folder } = wanted;
  if (folder !== undefined) {
    const inside = names.filter((one) => one.startsWith(folder));
    const whiteout = inside.find(isWhiteout);
    if (whiteout !== undefined) {
      throw refuse(
        'unsupported-variant',
        `The ${format} archive is a layer that deletes files of another one: ${JSON.stringify(whiteout)}`,
        { format, value: whiteout, hint: 'Put the disk into its own layer.' },
      );
    }
    if (inside.length === 0) checkChoice(format, names, { name: folder });
    checkChoice(format, inside, {});
    return;
  }
  if (name === undefined ? names.length === 1 : names.includes(name)) return;
  const listed = names.slice(0, maxNames).map((text) => JSON.stringify(text));
  const more = names.length - listed.length;
  const there = `${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  if (name === undefined) {
    throw refuse('ambiguous-content', `The ${format} archive holds ${there}`, {
      format,
      hint: 'Name the member that is the disk (--entry).',
    });
  }
  throw refuse(
    'not-an-image',
    `The ${format} archive holds no member ${JSON.stringify(name)}, only ${there}`,
    { format, value: name, hint: 'Name a member that is there (--entry).' },
  );
}
