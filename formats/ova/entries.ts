import {
  type ArchiveEntry,
  type ByteSource,
  type DecodeContext,
  refuse,
  type WantedEntry,
} from '../../src/kit.ts';
import { checkChoice } from '../shared/archives/check-choice.ts';
import { MemberList } from '../shared/archives/member-list.ts';
import { readTarMembers, type TarMember } from '../shared/tar/walk.ts';
import { type OvfDescriptor, parseOvf } from './descriptor.ts';
import { parseManifest } from './manifest.ts';
import { MemberDigests } from './member-digests.ts';

const maxDocumentBytes = 1024 * 1024;

/** The disks that the descriptor names, in the order of the archive. */
export async function* ovaEntries(
  source: ByteSource,
  context: DecodeContext,
  wanted?: WantedEntry,
): AsyncGenerator<ArchiveEntry> {
  const digests = new MemberDigests();
  const sizes = new Map<string, number>();
  const members = new MemberList('ova', context.limits.members);
  let ovf: OvfDescriptor | undefined;
  for await (const member of readTarMembers(source, context, members)) {
    const { name, sizeBytes, finish } = member;
    sizes.set(name, sizeBytes);
    // Its digest would be that of the file with its holes, which no longer passes here as such.
    if (member.sparse) throw sparse(name);
    if (ovf === undefined) {
      ovf = await readDescriptor(member, digests, context);
      checkChoice('ova', ovf.disks, wanted);
    } else if (/\.ovf$/i.test(name)) {
      throw ambiguous('two descriptors');
    } else if (/\.mf$/i.test(name)) {
      if (digests.manifest !== undefined) throw ambiguous('two manifests');
      digests.manifest = parseManifest(await readDocument(member, digests));
    } else {
      digests.add(member);
      if (ovf.disks.includes(name)) yield { name, sizeBytes, source: member.source, finish };
    }
  }
  if (ovf === undefined) throw notOvf();
  for (const name of ovf.disks) members.checkUsable(name);
  checkFiles(ovf, sizes, context);
  await digests.check();
}

async function readDescriptor(
  member: TarMember,
  digests: MemberDigests,
  { limits }: DecodeContext,
): Promise<OvfDescriptor> {
  if (!/\.ovf$/i.test(member.name)) throw notOvf();
  return await parseOvf(await readDocument(member, digests), limits);
}

async function readDocument(member: TarMember, digests: MemberDigests): Promise<Uint8Array> {
  if (member.sizeBytes > maxDocumentBytes) {
    throw refuse('limit', `${JSON.stringify(member.name)} in the OVA is too long`, {
      format: 'ova',
      limit: maxDocumentBytes,
      value: member.sizeBytes,
    });
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of member.source.stream()) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  digests.addBytes(member.name, bytes);
  return bytes;
}

/** A file that is shorter than its descriptor says may have been cut; a longer one is only described badly. */
function checkFiles(ovf: OvfDescriptor, sizes: Map<string, number>, { log }: DecodeContext): void {
  for (const { href, sizeBytes } of ovf.files) {
    const actual = sizes.get(href);
    if (actual === undefined || actual < (sizeBytes ?? 0)) {
      const what = actual === undefined ? 'is not there' : 'is shorter than the descriptor says';
      throw refuse('truncated', `${JSON.stringify(href)} in the OVA ${what}`, {
        format: 'ova',
        value: href,
      });
    }
    if (sizeBytes !== undefined && actual > sizeBytes) {
      const data = { name: href, sizeBytes: actual, statedBytes: sizeBytes };
      log({ level: 'warn', message: 'an OVA member is longer than its descriptor says', data });
    }
  }
}

function sparse(name: string): Error {
  return refuse('unsupported-feature', `${JSON.stringify(name)} in the OVA is stored as sparse`, {
    format: 'ova',
    value: name,
  });
}

function notOvf(): Error {
  return refuse('corrupt-header', 'The archive does not begin with an OVF descriptor', {
    format: 'ova',
  });
}

function ambiguous(what: string): Error {
  return refuse('ambiguous-content', `The OVA has ${what}`, { format: 'ova' });
}
