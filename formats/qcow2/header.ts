import { type Allowing, type Limits, raiseLimit, viewOf } from '../../src/kit.ts';
import { refuseQcow2 } from './file-offset.ts';
import { checkExtensions } from './header-extensions.ts';
import { type HeaderFeatures, parseFeatures, v3HeaderBytes } from './header-features.ts';
import { qcow2Magic } from './magic.ts';

/** The header of a readable image; offsets and sizes are bytes. */
export interface Qcow2Header extends HeaderFeatures {
  version: number;
  clusterBits: number;
  clusterBytes: number;
  /** In whole sectors: qemu rounds an odd size down. */
  virtualSize: number;
  l1Offset: number;
  /** The whole L1 table, with entries beyond the disk (VM state of snapshots). */
  l1Bytes: number;
  /** Entries of the L1 table that describe the disk. */
  l1Used: number;
  /** Guest bytes that one L2 table describes. */
  tableCover: number;
}

const v2HeaderBytes = 72;
const maxL1Bytes = 32 * 1024 * 1024;
const maxSnapshots = 65_536;

/** Version and cluster size exponent from the first 24 bytes; refuses a file that is not a qcow2 of a known version. */
export function parseStart(head: Uint8Array): { version: number; clusterBits: number } {
  if (head.length === 0) throw refuseQcow2('empty', 'the file is empty');
  for (let i = 0; i < Math.min(4, head.length); i += 1) {
    if (head[i] !== qcow2Magic.charCodeAt(i)) {
      throw refuseQcow2('format-mismatch', 'the file is not a qcow2 image', { declared: 'qcow2' });
    }
  }
  const view = viewOf(head);
  const version = head.length < 8 ? 0 : view.getUint32(4);
  if (head.length >= 8 && version !== 2 && version !== 3) {
    throw refuseQcow2('unsupported-variant', `version ${version} of qcow is not supported`, {
      value: version,
      hint: 'Use an image of version 2 or 3.',
    });
  }
  if (head.length < 24) throw cut();
  const clusterBits = view.getUint32(20);
  if (clusterBits < 9 || clusterBits > 21) {
    throw refuseQcow2('corrupt-header', 'the cluster size is outside 512 bytes to 2 MiB', {
      value: clusterBits,
      offset: 20,
    });
  }
  return { version, clusterBits };
}

/**
 * Checks the header in the first cluster, of which `bytes` may hold less if the file is short; no memory is allocated
 * from its values. Throws a `DecodeError` for an image that cannot be read safely.
 */
export function parseQcow2Header(
  cluster: Uint8Array,
  context: Allowing & { limits: Limits },
): Qcow2Header {
  const { limits } = context;
  const { version, clusterBits } = parseStart(cluster);
  if (cluster.length < (version === 2 ? v2HeaderBytes : v3HeaderBytes)) throw cut();
  const clusterBytes = 2 ** clusterBits;
  const view = viewOf(cluster);
  if (view.getBigUint64(8) !== 0n) {
    throw refuseQcow2('external-reference', 'the image needs a backing file', {
      hint: 'Flatten the image first: qemu-img convert writes one without a backing file.',
    });
  }
  checkEncryption(view.getUint32(32));
  if (version === 2) checkExtensions(cluster, v2HeaderBytes, clusterBytes);
  const features: HeaderFeatures =
    version === 2
      ? { extendedL2: false, compression: 'zlib', features: [] }
      : parseFeatures(cluster, clusterBits, context);
  const snapshots = view.getUint32(60);
  if (snapshots > maxSnapshots) {
    const details = { value: snapshots, limit: maxSnapshots };
    throw refuseQcow2('limit', 'the image claims too many snapshots', details);
  }
  if (snapshots > 0) features.features.push('internal snapshots');
  const tableCover = clusterBytes * 2 ** (clusterBits - (features.extendedL2 ? 4 : 3));
  const size = parseSize(view, limits);
  const virtualSize = size - (size % 512);
  const l1Used = Math.ceil(virtualSize / tableCover);
  const l1Bytes = parseL1Bytes(view, Math.ceil(size / tableCover), limits);
  const l1Offset = l1Used > 0 ? parseL1Offset(view, clusterBytes) : 0;
  return {
    ...{ version, clusterBits, clusterBytes, virtualSize, l1Offset, l1Bytes, l1Used, tableCover },
    ...features,
  };
}

function checkEncryption(method: number): void {
  if (method === 0) return;
  if (method === 1 || method === 2) {
    throw refuseQcow2('encrypted', `the image is encrypted (${method === 1 ? 'AES' : 'LUKS'})`, {
      hint: 'Decrypt the image first.',
    });
  }
  throw refuseQcow2('unsupported-feature', `encryption method ${method} is not known`, {
    value: method,
  });
}

function parseSize(view: DataView, limits: Limits): number {
  const size = view.getBigUint64(24);
  if (size <= BigInt(limits.virtualBytes)) return Number(size);
  throw refuseQcow2('limit', `the disk inside has ${size} bytes, more than is allowed`, {
    value: String(size),
    limit: limits.virtualBytes,
    hint: raiseLimit('virtualBytes', Number(size)),
  });
}

function parseL1Bytes(view: DataView, neededEntries: number, limits: Limits): number {
  const entries = view.getUint32(36);
  const limit = Math.min(maxL1Bytes, limits.tableBytes);
  if (entries * 8 > limit) {
    throw refuseQcow2('limit', 'the L1 table is larger than is allowed', {
      value: entries * 8,
      limit,
      hint: raiseLimit('tableBytes', entries * 8, maxL1Bytes),
    });
  }
  if (entries < neededEntries) {
    throw refuseQcow2('corrupt-header', 'the L1 table is too small for the disk', { offset: 36 });
  }
  return entries * 8;
}

function parseL1Offset(view: DataView, clusterBytes: number): number {
  const offset = view.getBigUint64(40);
  const details = { offset: 40, value: String(offset) };
  if (offset === 0n || offset % BigInt(clusterBytes) !== 0n) {
    throw refuseQcow2(
      'corrupt-header',
      'the L1 table does not start at a cluster of its own',
      details,
    );
  }
  if (offset > BigInt(Number.MAX_SAFE_INTEGER - maxL1Bytes)) {
    throw refuseQcow2('truncated', 'the L1 table lies past the end of the file', details);
  }
  return Number(offset);
}

function cut(): Error {
  return refuseQcow2('truncated', 'the file ends inside the qcow2 header');
}
