import { grubLimits } from './budget.ts';
import type { Devices } from './devices.ts';
import { parseEnvironmentBlock } from './environment-block.ts';
import type { Variables } from './variables.ts';

/**
 * Sets the variables of an environment block, all or only the named ones; false if the file is missing or is not such
 * a block.
 */
export async function runLoadEnv(
  words: readonly string[],
  devices: Devices,
  variables: Variables,
  warn: (text: string) => void,
): Promise<boolean> {
  let path = `${variables.get('prefix') ?? ''}/grubenv`;
  const wanted: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    if (word === '-f' || word === '--file') {
      i += 1;
      path = words[i] ?? '';
    } else if (word.startsWith('--file=')) path = word.slice('--file='.length);
    else if (!word.startsWith('-')) wanted.push(word);
  }
  const bytes = await devices.read(path, variables, grubLimits.fileBytes);
  if (bytes === undefined) return false;
  const values = parseEnvironmentBlock(bytes);
  if (values === undefined) {
    warn(`${path} is not an environment block of GRUB and was ignored`);
    return false;
  }
  for (const [name, value] of values) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    if (name !== 'next_entry') variables.set(name, value);
    else if (value !== '') {
      warn(`${path} names ${JSON.stringify(value)} for the next start only; it was ignored`);
    }
  }
  return true;
}
