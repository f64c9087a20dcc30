import type { OpenFile } from '../../../contracts/file-system.ts';
import { refuse } from '../../../errors.ts';
import { openSection, type PeSection, readPeSections } from './pe-sections.ts';

const mostTextBytes = 65_536;
/** May occur several times: a kernel uses the one that fits the machine. */
const repeatable = ['.dtbauto', '.efifw', '.hwids'];

/** A unified kernel image: the sections that count, by name. */
export interface Uki {
  has(name: string): boolean;
  /** Throws if there is no such section. */
  section(name: string): OpenFile;
  /** A text section up to its first zero byte, trimmed; `undefined` if it is missing. */
  text(name: string): Promise<string | undefined>;
}

/**
 * The sections of a unified kernel image (UAPI): those before the first `.profile` are the base, and those of profile
 * 0 replace them. `undefined` for a file that is not PE or has no kernel.
 */
export async function readUki(file: OpenFile, place: string): Promise<Uki | undefined> {
  const sections = await readPeSections(file, place);
  const first = sections?.findIndex(({ name }) => name === '.profile') ?? -1;
  if (sections === undefined) return undefined;
  const base = first < 0 ? sections : sections.slice(0, first);
  const later = first < 0 ? [] : sections.slice(first + 1);
  const next = later.findIndex(({ name }) => name === '.profile');
  const profile = next < 0 ? later : later.slice(0, next);
  const byName = new Map([...singletons(base, place), ...singletons(profile, place)]);
  if (!byName.has('.linux')) return undefined;
  const section = (name: string): OpenFile => {
    const found = byName.get(name);
    if (found !== undefined) return openSection(file, found, place);
    throw refuse('corrupt-data', `${place} has no section ${name}`);
  };
  return {
    has: (name) => byName.has(name),
    section,
    async text(name) {
      if (!byName.has(name)) return undefined;
      const opened = section(name);
      if (opened.sizeBytes > mostTextBytes) {
        throw refuse('limit', `The section ${name} of ${place} is longer than 64 KiB`, {
          limit: mostTextBytes,
          value: opened.sizeBytes,
        });
      }
      const bytes = await opened.read(0, opened.sizeBytes);
      return Buffer.from(bytes).toString('utf8').replace(/\0.*$/s, '').trim();
    },
  };
}

function singletons(sections: readonly PeSection[], place: string): Map<string, PeSection> {
  const byName = new Map<string, PeSection>();
  for (const section of sections) {
    const { name } = section;
    if (!name.startsWith('.') || repeatable.includes(name)) continue;
    if (byName.has(name)) {
      throw refuse('corrupt-table', `${place} has two sections ${name}`);
    }
    byName.set(name, section);
  }
  return byName;
}
