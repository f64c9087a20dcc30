import { type ByteSource, type DecodeContext, defined, refuse } from '../../../src/kit.ts';
import { MemberList } from '../archives/member-list.ts';
import { plainMemberName } from '../archives/member-name.ts';
import { memberTooLong } from '../archives/member-too-long.ts';
import { ExtentMap } from '../sources/extent-map.ts';
import { ExtentSource } from '../sources/extent-source.ts';
import { readGnuSparseMap } from './gnu-sparse.ts';
import { blockBytes } from './header.ts';
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
  /** Hears the stored bytes as they pass; absent where `source` can be streamed again. */
  listen?: TapeBody['listen'];
  finish(): Promise<void>;
}

/**
 * The regular files of a tar archive in order, to its very end. Folders are passed over; links, devices, unsafe names,
 * names that come twice and everything that two readers could understand differently are refused, wherever they stand.
 */
export async function* readTarMembers(
  source: ByteSource,
  context: DecodeContext,
): AsyncGenerator<TarMember> {
  const tape = openTape(source, context);
  const members = new MemberList('tar', context.limits.members);
  try {
    for (;;) {
      const header = await readNextHeader(tape);
      if (header === undefined) return;
      // The label of a volume is no member.
      if (header.type === 'V') {
        await finishBody(tape, tape.body(header.sizeBytes), header.sizeBytes);
        continue;
      }
      const name = plainMemberName(header.name, 'tar');
      if (header.storedName !== undefined) plainMemberName(header.storedName, 'tar');
      const isFolder = checkKind(header);
      members.add(name, isFolder);
      if (isFolder) {
        await finishBody(tape, tape.body(header.sizeBytes), header.sizeBytes);
        continue;
      }
      if (name === '') throw badMember('corrupt-header', header.name, 'is a file without a name');
      yield* readMember(tape, name, header, context);
    }
  } catch (error) {
    context.signal.throwIfAborted();
    throw error;
  } finally {
    tape.close();
  }
}

async function* readMember(
  tape: Tape,
  name: string,
  header: FoundHeader,
  context: DecodeContext,
): AsyncGenerator<TarMember> {
  const { limits } = context;
  if (header.sizeBytes > limits.virtualBytes)
    throw memberTooLong('tar', header.sizeBytes, limits.virtualBytes);
  const map = await readMap(tape, header, context);
  if (header.realSize !== undefined && header.realSize !== map.sizeBytes) {
    throw badMember('unsupported-feature', name, 'is sparse in a form that only star reads');
  }
  const sparse = map.sizeBytes !== map.storedBytes;
  const body = tape.body(map.storedBytes);
  yield {
    name,
    sizeBytes: map.sizeBytes,
    sparse,
    source: new ExtentSource(body.source, map, 'tar'),
    ...defined({ listen: body.listen }),
    finish: () => body.finish(),
  };
  await finishBody(tape, body, map.storedBytes);
}

async function readMap(
  tape: Tape,
  header: FoundHeader,
  { limits }: DecodeContext,
): Promise<ExtentMap> {
  if (header.type === 'S') {
    return readGnuSparseMap(tape, header.block, header.sizeBytes, limits);
  }
  return (
    (await header.sparse?.readMap(tape, header.sizeBytes, limits)) ??
    ExtentMap.whole(header.sizeBytes)
  );
}

/** Moves on to the next header. */
async function finishBody(tape: Tape, body: TapeBody, length: number): Promise<void> {
  await body.finish();
  const padding = (blockBytes - (length % blockBytes)) % blockBytes;
  if ((await tape.take(padding)).length < padding) throw cutTape(tape);
}

/**
 * Whether it is a folder, by the types of POSIX and GNU tar. Whatever is no plain file either is refused: it may mean
 * anything to the program that unpacks the archive.
 */
function checkKind({ type, name, sizeBytes, sparse }: FoundHeader): boolean {
  switch (type) {
    case '0':
    case '7':
    case 'S':
      // Before POSIX, a slash at the end of its name made a folder.
      if (!name.endsWith('/')) return false;
      if (sizeBytes === 0 && sparse === undefined && type === '0') return true;
      throw badMember('corrupt-header', name, 'is a file and a folder at once');
    case '5':
    case 'D':
      return true;
    case '1':
    case '2':
      throw badMember('unsafe-path', name, 'is a link');
    case '3':
    case '4':
    case '6':
      throw badMember('unsupported-variant', name, 'is a device or a pipe');
    default:
      throw badMember(
        'unsupported-feature',
        name,
        `is of the unknown type ${JSON.stringify(type)}`,
      );
  }
}

function badMember(
  reason: 'unsafe-path' | 'unsupported-variant' | 'unsupported-feature' | 'corrupt-header',
  name: string,
  what: string,
): Error {
  return refuse(reason, `The tar member ${JSON.stringify(name)} ${what}`, {
    format: 'tar',
    value: name,
  });
}
