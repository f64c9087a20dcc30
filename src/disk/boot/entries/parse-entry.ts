import { defined } from '../../../kit/defined.ts';

/** A type 1 entry of the Boot Loader Specification, with values as written, including variables of GRUB. */
export interface EntryFile {
  title?: string;
  version?: string;
  machineId?: string;
  sortKey?: string;
  /** In the names of EFI, lower case: `x64`, `aa64`. */
  architecture?: string;
  /** An entry has one of these; one with only `efi` boots no kernel. */
  linux?: string;
  uki?: string;
  efi?: string;
  /** One for each line; GRUB accepts several paths in one line. */
  initrd: string[];
  /** All lines, joined with blanks. */
  options?: string;
}

/** Parses lines with a key, blanks and a value; if a key occurs twice, GRUB and systemd-boot take the first. */
export function parseEntry(text: string): EntryFile {
  const values = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^[ \t]*([^ \t#][^ \t]*)[ \t]+(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    const trimmed = value.trimEnd();
    if (trimmed === '') continue;
    const known = values.get(key);
    if (known === undefined) values.set(key, [trimmed]);
    else known.push(trimmed);
  }
  const first = (key: string): string | undefined => values.get(key)?.[0];
  return {
    ...defined({
      title: first('title'),
      version: first('version'),
      machineId: first('machine-id'),
      sortKey: first('sort-key'),
      architecture: first('architecture')?.toLowerCase(),
      linux: first('linux'),
      uki: first('uki'),
      efi: first('efi'),
      options: values.get('options')?.join(' '),
    }),
    initrd: values.get('initrd') ?? [],
  };
}
