import { hasMagic, viewOf } from '../../src/kit.ts';
import { checksumOf, claimedChecksum } from './checksum.ts';
import { type FileRange, refuseVhdx, regionUnit } from './file-range.ts';
import { nullGuid, readGuid } from './guid.ts';

/** Identifier, headers and region tables; the rest of the first MiB is reserved. */
export const headerSectionBytes: number = 320 * 1024;

const slotBytes = 64 * 1024;
const headerBytes = 4096;
const maxLogBytes = 64 * 1024 * 1024;

/** The values of the current header. */
export interface VhdxHeader {
  /** Absent if there is nothing to replay. */
  logGuid?: string;
  /** The place of the log; has no length if there is none. */
  log: FileRange;
}

/** Picks the current one of the two headers (MS-VHDX 2.2.2) and checks it; `section` is the start of the file. */
export function parseVhdxHeader(section: Uint8Array): VhdxHeader {
  const header = pickCurrent(section);
  const view = viewOf(header);
  const version = view.getUint16(66, true);
  if (version !== 1) {
    throw refuseVhdx('unsupported-variant', `version ${version} of VHDX is not supported`, {
      value: version,
      hint: 'Use an image of version 1.',
    });
  }
  const guid = readGuid(header, 48);
  const hasLog = guid !== nullGuid;
  const logVersion = view.getUint16(64, true);
  if (hasLog && logVersion !== 0) {
    const details = { value: logVersion };
    throw refuseVhdx(
      'unsupported-variant',
      `version ${logVersion} of the log is not supported`,
      details,
    );
  }
  const log = parseLogRange(view.getBigUint64(72, true), view.getUint32(68, true), hasLog);
  return hasLog ? { logGuid: guid, log } : { log };
}

function pickCurrent(section: Uint8Array): Uint8Array {
  const slots = [1, 2].map((slot) => {
    return section.subarray(slot * slotBytes, slot * slotBytes + headerBytes);
  });
  const signed = slots.filter((header) => hasMagic(header, 'head'));
  const valid = signed.filter((header) => checksumOf(header) === claimedChecksum(header));
  const [first, second] = valid;
  if (first === undefined) {
    const reason = signed.length > 0 ? 'checksum' : 'corrupt-header';
    throw refuseVhdx(reason, 'neither of the two headers is valid', { offset: slotBytes });
  }
  if (second === undefined) return first;
  const [a, b] = [sequenceOf(first), sequenceOf(second)];
  if (a === b && Buffer.compare(first, second) !== 0) {
    throw refuseVhdx('corrupt-header', 'the two headers differ, and neither is newer', {
      offset: slotBytes,
      value: String(a),
    });
  }
  return b > a ? second : first;
}

function sequenceOf(header: Uint8Array): bigint {
  return viewOf(header).getBigUint64(8, true);
}

function parseLogRange(offset: bigint, length: number, hasLog: boolean): FileRange {
  if (length === 0 && !hasLog) return { start: 0, end: 0 };
  const unit = BigInt(regionUnit);
  if (length % regionUnit !== 0 || offset < unit || offset % unit !== 0n) {
    const details = { value: `${length} bytes at ${offset}` };
    throw refuseVhdx(
      'corrupt-header',
      'the log does not consist of whole MiB behind the header',
      details,
    );
  }
  if (hasLog && length > maxLogBytes) {
    const details = { value: length, limit: maxLogBytes };
    throw refuseVhdx('limit', 'the log is larger than is allowed', details);
  }
  const end = offset + BigInt(length);
  if (end > BigInt(Number.MAX_SAFE_INTEGER)) {
    const details = { value: String(offset) };
    throw refuseVhdx('truncated', 'the log lies past the end of the file', details);
  }
  return { start: Number(offset), end: Number(end) };
}
