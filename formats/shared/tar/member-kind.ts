import { refuse } from '../../../src/kit.ts';
import type { FoundHeader } from './next-header.ts';

/**
 * The kind of a member for a reader of disks; `refusal` is the reason why it cannot be one, used if it is requested.
 */
export type MemberKind =
  | { kind: 'file' | 'folder' | 'label' }
  | { kind: 'link' | 'device'; refusal: Error };

/** Types of other writers that are more than a file, and whose bytes may have another place than a reader expects. */
const named: Readonly<Record<string, string>> = {
  E: 'extended attributes of Solaris tar',
  I: 'metadata of a file alone, as star writes it',
  M: 'the rest of a file from another volume',
  N: 'a list of long names of very old GNU tar',
};

/** By the types of POSIX, GNU tar, star and Solaris tar. An unknown type may mean anything, even another length. */
export function memberKind(header: FoundHeader): MemberKind {
  const { type, name, sizeBytes, sparse } = header;
  switch (type) {
    case '0':
    case '7':
    case 'S':
      // Before POSIX, a slash at the end of its name marked a folder.
      if (!name.endsWith('/')) return { kind: 'file' };
      if (sizeBytes === 0 && sparse === undefined && type === '0') return { kind: 'folder' };
      throw refuseMember('corrupt-header', name, 'is a file and a folder at once');
    case '5':
    case 'D':
      return { kind: 'folder' };
    case 'V':
      return { kind: 'label' };
    case '1':
    case '2':
      return { kind: 'link', refusal: withoutData(header, 'unsafe-path', 'is a link') };
    case '3':
    case '4':
    case '6':
      return {
        kind: 'device',
        refusal: withoutData(header, 'unsupported-variant', 'is a device or a pipe'),
      };
    default: {
      const what = named[type] ?? `of the unknown type ${JSON.stringify(type)}`;
      throw refuseMember('unsupported-feature', name, `is ${what}`);
    }
  }
}

/** Readers disagree whether data follows such a header. */
function withoutData(
  { name, sizeBytes }: FoundHeader,
  reason: 'unsafe-path' | 'unsupported-variant',
  what: string,
): Error {
  if (sizeBytes > 0) {
    throw refuseMember(reason, name, `${what} that states ${sizeBytes} bytes of its own`);
  }
  return refuseMember(reason, name, what);
}

export function refuseMember(
  reason: 'unsafe-path' | 'unsupported-variant' | 'unsupported-feature' | 'corrupt-header',
  name: string,
  what: string,
): Error {
  return refuse(reason, `The tar member ${JSON.stringify(name)} ${what}`, {
    format: 'tar',
    value: name,
  });
}
