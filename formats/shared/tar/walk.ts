import { type ByteSource, type DecodeContext, defined } from '../../../src/kit.ts';
import { memberTooLong } from '../archives/member-too-long.ts';
import type { Members } from '../archives/members.ts';
import { ExtentMap } from '../sources/extent-map.ts';
import { ExtentSource } from '../sources/extent-source.ts';
import { readGnuSparseMap } from './gnu-sparse.ts';
import { blockBytes } from './header.ts';
import { memberKind, refuseMember } from './member-kind.ts';
import { type FoundHeader, readNextHeader } from './next-header.ts';
import { cutTape, openTape, type Tape, type TapeBody } from './tape.ts';

/** A regular file in a tar archive. */
export interface TarMember {
  name: string;
  sizeBytes: number;
  /** Stored with holes. */
  sparse: boolean;
  /** The file, holes filled in. */
  source: ByteSource;
  /** Calls `listener` with the stored bytes as they pass; absent if `source` can be streamed again. */
  listen?: TapeBody['listen'];
  finish(): Promise<void>;
}

/**
 * The regular files of a tar archive in order, to its very end, as far as they may be read. A member that cannot be the
 * disk is only recorded in `members`; repeated names and anything that two readers could understand differently are
 * refused, wherever they are.
 */
export async function* readTarMembers(
  source: ByteSource,
  context: DecodeContext,
  members: Members,
): AsyncGenerator<TarMember> {
  const tape = openTape(source, context);
  try {
    for (;;) {
      const header = await readNextHeader(tape, context);
      if (header === undefined) return;
      const name = note(header, members);
      const isFile = ['0', '7', 'S'].includes(header.type) && !header.name.endsWith('/');
      const map = isFile ? await readMap(tape, header, context) : ExtentMap.whole(header.sizeBytes);
      const body = tape.body(map.storedBytes);
      if (name !== undefined) yield asMember(name, map, body);
      await finishBody(tape, body, map.storedBytes);
    }
  } catch (error) {
    context.signal.throwIfAborted();
    throw error;
  } finally {
    tape.close();
  }
}

/** The name of a file that may be read. */
function note(header: FoundHeader, members: Members): string | undefined {
  const found = memberKind(header);
  switch (found.kind) {
    case 'file':
      return members.addFile(header.name, header.storedName ?? header.name);
    case 'folder':
      members.addFolder(header.name);
      return undefined;
    case 'link':
    case 'device':
      members.addOther(header.name, found.kind === 'link', found.refusal);
      return undefined;
    case 'label':
      return undefined;
  }
}

function asMember(name: string, map: ExtentMap, body: TapeBody): TarMember {
  return {
    name,
    sizeBytes: map.sizeBytes,
    sparse: map.sizeBytes !== map.storedBytes,
    source: new ExtentSource(body.source, map, 'tar'),
    ...defined({ listen: body.listen }),
    finish: () => body.finish(),
  };
}

async function readMap(
  tape: Tape,
  header: FoundHeader,
  { limits }: DecodeContext,
): Promise<ExtentMap> {
  const { name, sizeBytes, realSize } = header;
  if (sizeBytes > limits.virtualBytes)
    throw memberTooLong('tar', sizeBytes, limits.virtualBytes, sizeBytes);
  const map =
    header.type === 'S'
      ? await readGnuSparseMap(tape, header.block, sizeBytes, limits)
      : ((await header.sparse?.readMap(tape, sizeBytes, limits)) ?? ExtentMap.whole(sizeBytes));
  if (realSize !== undefined && realSize !== map.sizeBytes) {
    throw refuseMember('unsupported-feature', name, 'is sparse in a form that only star reads');
  }
  return map;
}

/** Moves on to the next header. */
async function finishBody(tape: Tape, body: TapeBody, length: number): Promise<void> {
  await body.finish();
  const padding = (blockBytes - (length % blockBytes)) % blockBytes;
  if ((await tape.take(padding)).length < padding) throw cutTape(tape);
}
