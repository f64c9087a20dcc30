import type { BootVolume } from '../menu.ts';
import { type Devices, deviceOf } from './devices.ts';
import type { Variables } from './variables.ts';

type SearchBy = 'uuid' | 'label' | 'file';

interface SearchRequest {
  by: SearchBy;
  name: string;
  /** The variable to set to the device. */
  variable: string;
}

const methods: Readonly<Record<string, SearchBy>> = {
  '--fs-uuid': 'uuid',
  '-u': 'uuid',
  '--label': 'label',
  '--fs-label': 'label',
  '-l': 'label',
  '--file': 'file',
  '-f': 'file',
};

const commands: Readonly<Record<string, SearchBy>> = {
  'search.fs_uuid': 'uuid',
  'search.fs_label': 'label',
  'search.file': 'file',
};

export function isSearch(command: string): boolean {
  return command === 'search' || Object.hasOwn(commands, command);
}

/** Sets a variable to the first volume with this UUID, label or file; false, without setting it, if there is none. */
export async function runSearch(
  [command = '', ...words]: readonly string[],
  devices: Devices,
  variables: Variables,
): Promise<boolean> {
  const request = parseSearch(command, words);
  if (request === undefined) return false;
  const found = await findVolume(request, devices, variables);
  if (found === undefined) return false;
  variables.set(request.variable, deviceOf(found));
  return true;
}

function parseSearch(command: string, words: readonly string[]): SearchRequest | undefined {
  const own = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (own !== undefined) {
    const [name, variable = 'root'] = words;
    return name === undefined ? undefined : { by: own, name, variable };
  }
  let by: SearchBy | undefined;
  let variable: string | undefined;
  /** The word after `--set`: a variable or, in `--set UUID`, already the value to search for. */
  let behindSet: string | undefined;
  const names: string[] = [];
  const ahead = [...words];
  for (let word = ahead.shift(); word !== undefined; word = ahead.shift()) {
    if (Object.hasOwn(methods, word)) by = methods[word];
    else if (word === '--hint' || word === '-h') ahead.shift();
    else if (word.startsWith('--set=')) variable = word.slice('--set='.length);
    else if (word === '--set' || word === '-s') {
      if (ahead[0]?.startsWith('-') === false) behindSet = ahead.shift();
    } else if (!word.startsWith('-')) names.push(word);
  }
  const [name = behindSet] = names;
  if (names.length > 0) variable ??= behindSet;
  return by === undefined || name === undefined
    ? undefined
    : { by, name, variable: variable ?? 'root' };
}

async function findVolume(
  { by, name }: SearchRequest,
  devices: Devices,
  variables: Variables,
): Promise<BootVolume | undefined> {
  if (by !== 'file') {
    return devices.volumes.find(({ about: { fileSystem } }) => {
      if (by === 'label') return fileSystem?.label === name;
      return fileSystem?.uuid?.toLowerCase() === name.toLowerCase();
    });
  }
  for (const volume of devices.volumes) {
    const place = `(${deviceOf(volume)})${name}`;
    if ((await devices.stat(place, variables)) !== undefined) return volume;
  }
  return undefined;
}
