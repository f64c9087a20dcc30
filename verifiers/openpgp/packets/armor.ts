import { limits } from '../limits.ts';
import { malformed } from './field-reader.ts';

const begin = /^-----BEGIN PGP ([A-Z ]+)-----$/;
const header = /^[A-Za-z][A-Za-z0-9-]*:(?: .*)?$/;
const checksum = /^=[A-Za-z0-9+/]{4}$/;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes between `BEGIN PGP …` and `END PGP …`, or the reason why they cannot be read. */
type ArmorBlock = { label: string; bytes: Uint8Array } | { label: string; problem: Error };

/** The blocks of a text with armor. */
export interface Armor {
  blocks: ArmorBlock[];
  /** The text outside the blocks is more than blank lines. */
  hasOther: boolean;
}

/** Every armored block of a text (RFC 9580, 6.2), in order. Never throws. */
export function readArmor(text: string): Armor {
  const blocks: ArmorBlock[] = [];
  let hasOther = false;
  let open: { label: string; lines: string[] } | undefined;
  const close = (ended: boolean): void => {
    if (open !== undefined) blocks.push(decodeBlock(open.label, open.lines, ended));
    open = undefined;
  };
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    const [, label] = begin.exec(line) ?? [];
    if (label !== undefined) {
      close(false);
      if (blocks.length === limits.blocks) {
        blocks.push({ label, problem: malformed(`more than ${limits.blocks} blocks of armor`) });
        break;
      }
      open = { label, lines: [] };
    } else if (open === undefined) {
      hasOther ||= line !== '';
    } else if (line === `-----END PGP ${open.label}-----`) {
      close(true);
    } else {
      open.lines.push(line);
    }
  }
  close(false);
  return { blocks, hasOther };
}

function decodeBlock(label: string, lines: string[], ended: boolean): ArmorBlock {
  try {
    if (!ended) throw malformed(`armor of a PGP ${label} without its end`);
    return { label, bytes: decodeLines(lines) };
  } catch (problem) {
    if (problem instanceof Error) return { label, problem };
    throw problem;
  }
}

/** Headers, a blank line, base64, and a CRC-24 that is optional and ignored (RFC 9580, 6.1: must not be relied on). */
function decodeLines(lines: string[]): Uint8Array {
  const blank = lines.indexOf('');
  if (blank === -1 || !lines.slice(0, blank).every((line) => header.test(line))) {
    throw malformed('armor whose headers do not end with a blank line');
  }
  const data = lines.slice(blank + 1).filter((line) => line !== '');
  if (checksum.test(data.at(-1) ?? '')) data.pop();
  const joined = data.join('');
  if (!base64.test(joined) || joined.length % 4 !== 0) throw malformed('armor that is not base64');
  return Buffer.from(joined, 'base64');
}
