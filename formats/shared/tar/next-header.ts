import { type Allowing, defined, firstNonZero, isZeros, refuse } from '../../../src/kit.ts';
import { passTrailing } from '../trailing.ts';
import { blockBytes, parseTarHeader, readTarText, type TarHeader } from './header.ts';
import { type PaxRecords, parsePaxRecords } from './pax-records.ts';
import { type PaxSparse, parsePaxSparse } from './pax-sparse.ts';
import { badSparse } from './sparse-extents.ts';
import { cutTape, type Tape } from './tape.ts';

const maxExtensionBytes = 1024 * 1024;
const maxExtensions = 8;
const paddingBytes = 64 * 1024;

/** The header of a member, combined with the extensions before it. */
export interface FoundHeader extends TarHeader {
  /** The name in the header itself, if an extension replaces it. */
  storedName?: string;
  sparse?: PaxSparse;
  /** star's length of a sparse member. */
  realSize?: number;
}

/**
 * The next member's header, with GNU long names and pax records applied; `undefined` at the end of the archive: two
 * blocks of zeros, of which GNU tar may leave out one or both, and only zeros after them.
 */
export async function readNextHeader(
  tape: Tape,
  context: Allowing,
): Promise<FoundHeader | undefined> {
  let longName: string | undefined;
  let pax: PaxRecords | undefined;
  for (let extensions = 0; extensions <= maxExtensions; extensions += 1) {
    const offset = tape.position;
    const block = await tape.take(blockBytes);
    const isEnd = isZeros(block);
    if (isEnd && extensions === 0) return endOfArchive(tape, context);
    if (isEnd || block.length < blockBytes) throw cutTape(tape);
    const header = parseTarHeader(block, offset);
    switch (header.type) {
      case 'x':
      // Solaris tar uses another letter for the same.
      case 'X':
        // Some readers merge the two, others use only the second one.
        if (pax !== undefined) throw corrupt(tape, 'two pax headers for one member');
        pax = parsePaxRecords(await readExtension(tape, header));
        break;
      case 'g':
        checkGlobal(parsePaxRecords(await readExtension(tape, header)));
        break;
      case 'L':
        longName = readTarText(await readExtension(tape, header));
        break;
      case 'K':
      case 'A':
        // The target of a link, which is not followed, and an access list of Solaris tar.
        await readExtension(tape, header);
        break;
      default:
        return applyExtensions(header, longName, pax ?? { sparse: [] });
    }
  }
  throw corrupt(tape, 'headers about headers without end');
}

function applyExtensions(
  header: TarHeader,
  longName: string | undefined,
  pax: PaxRecords,
): FoundHeader {
  const sparse = parsePaxSparse(pax.sparse);
  if (sparse !== undefined && !['0', '7'].includes(header.type)) {
    throw badSparse('corrupt-header', 'is of another type as well');
  }
  const name = sparse?.name ?? pax.path ?? longName;
  return {
    ...header,
    ...defined({
      name,
      storedName: name === undefined ? undefined : (pax.path ?? longName ?? header.name),
      sizeBytes: pax.sizeBytes,
      realSize: pax.realSize,
      sparse,
    }),
  };
}

async function readExtension(tape: Tape, { sizeBytes }: TarHeader): Promise<Uint8Array> {
  if (sizeBytes > maxExtensionBytes) {
    throw refuse('limit', `A tar header of ${sizeBytes} bytes describes a member`, {
      format: 'tar',
      limit: maxExtensionBytes,
      value: sizeBytes,
      offset: tape.position,
    });
  }
  const bytes = await tape.take(Math.ceil(sizeBytes / blockBytes) * blockBytes);
  if (bytes.length < sizeBytes) throw cutTape(tape);
  return bytes.subarray(0, sizeBytes);
}

/** Comments and times may be global; a global name or length would make readers disagree. */
function checkGlobal({ path, sizeBytes, realSize, sparse }: PaxRecords): void {
  if (path === undefined && sizeBytes === undefined && realSize === undefined && !sparse[0]) return;
  throw refuse('unsupported-feature', 'A global header of the tar archive names or sizes members', {
    format: 'tar',
  });
}

async function endOfArchive(tape: Tape, context: Allowing): Promise<undefined> {
  const rest = {
    async next() {
      const bytes = await tape.take(paddingBytes);
      return bytes.length === 0 ? undefined : bytes;
    },
  };
  for (;;) {
    const offset = tape.position;
    const padding = await tape.take(paddingBytes);
    const found = firstNonZero(padding);
    if (found >= 0) {
      const end = { format: 'tar', what: 'the end of the tar archive', offset: offset + found };
      await passTrailing(context, end, rest);
      return undefined;
    }
    if (padding.length < paddingBytes) return undefined;
  }
}

function corrupt({ position }: Tape, what: string): Error {
  return refuse('corrupt-header', `The tar archive has ${what}`, {
    format: 'tar',
    offset: position,
  });
}
