import { DecodeError } from '../../../errors.ts';
import { defined } from '../../../kit/defined.ts';
import { compareRpmNames } from '../entries/compare-rpm.ts';
import { type NamedEntry, readEntries } from '../entries/read-entries.ts';
import type { Devices } from './devices.ts';
import type { Frame, RawItem } from './frame.ts';
import { type GrubStatement, parseScript } from './parse-script.ts';

interface FoundEntries {
  device: string;
  place: string;
  entries: NamedEntry[];
}

/** Adds the entries of the Boot Loader Specification to the menu in GRUB's order: the highest name first. */
export async function runBlscfg(
  argument: string | undefined,
  devices: Devices,
  frame: Frame,
  warn: (text: string) => void,
): Promise<boolean> {
  const found = await findEntries(argument, devices, frame);
  if (found === undefined || frame.items === undefined) return false;
  const { device, place, entries } = found;
  const sorted = entries.sort((left, right) => compareRpmNames(right.name, left.name));
  for (const [index, one] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before !== undefined && compareRpmNames(before.name, one.name) === 0) continue;
    const item = readItem(one, device, `${place}/${one.name}.conf`, warn);
    if (item !== undefined) frame.items.push(item);
  }
  return true;
}

/**
 * The folder `$blsdir` or `/loader/entries` on `$root`, then below `/boot`; then the same on the other devices of the
 * configuration.
 */
async function findEntries(
  argument: string | undefined,
  devices: Devices,
  { variables }: Frame,
): Promise<FoundEntries | undefined> {
  const [, given, givenFolder = ''] = /^\(([^)]*)\)(.*)$/s.exec(argument ?? '') ?? [];
  const known = [
    variables.get('root'),
    variables.get('boot'),
    /^\(([^)]*)\)/.exec(variables.get('prefix') ?? '')?.[1],
  ];
  const folders = [variables.get('blsdir') ?? '/loader/entries', '/boot/loader/entries'];
  for (const device of given === undefined ? new Set(known) : [given]) {
    for (const folder of given === undefined ? folders : [givenFolder]) {
      if (device === undefined) continue;
      const place = `(${device})${folder}`;
      const there = await devices.pathsAt(place, variables);
      const entries = there && (await readEntries(there.paths, there.path));
      if (entries !== undefined && entries.length > 0) return { device, place, entries };
    }
  }
  return undefined;
}

function readItem(
  { name, entry }: NamedEntry,
  device: string,
  place: string,
  warn: (text: string) => void,
): RawItem | undefined {
  const { linux, initrd, options = '$default_kernelopts', title = linux, version } = entry;
  if (linux === undefined || title === undefined) return undefined;
  // GRUB converts an entry to commands too: their effect on quotes and variables is reproduced here.
  const lines = [`linux (${device})${linux} ${options}`];
  if (initrd.length > 0) {
    lines.push(['initrd', ...initrd.map((one) => `(${device})${one}`)].join(' '));
  }
  let body: GrubStatement[] = [];
  try {
    body = parseScript(lines.join('\n'), place);
  } catch (error) {
    if (!(error instanceof DecodeError) || error.details.reason !== 'corrupt-data') throw error;
    warn(`${place} cannot be read by GRUB: ${error.message}`);
  }
  return { kind: 'entry', title, id: name, body, bls: defined({ version }) };
}
