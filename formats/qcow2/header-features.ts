import { type Allowing, refuseUnlessAllowed, viewOf } from '../../src/kit.ts';
import { refuseQcow2 } from './file-offset.ts';
import { checkExtensions, nameFeature } from './header-extensions.ts';

export const v3HeaderBytes = 104;

/** The feature bits of a version 3 header that matter for reading. */
export interface HeaderFeatures {
  extendedL2: boolean;
  compression: 'zlib' | 'zstd';
  /** Text for display. */
  features: string[];
}

const firstUnknownBit = 5;
const incompatible = { dirty: 0, corrupt: 1, dataFile: 2, compression: 3, extendedL2: 4 };

/** Checks the part of the header that version 3 added. A reader may ignore unknown compatible and autoclear bits. */
export function parseFeatures(
  cluster: Uint8Array,
  clusterBits: number,
  context: Allowing,
): HeaderFeatures {
  const view = viewOf(cluster);
  const bits = view.getBigUint64(72);
  const has = (bit: number): boolean => ((bits >> BigInt(bit)) & 1n) === 1n;
  if (has(incompatible.dataFile)) {
    throw refuseQcow2('external-reference', 'the data of this image lies in another file', {
      hint: 'Flatten the image first: qemu-img convert writes a single file.',
    });
  }
  const headerBytes = view.getUint32(100);
  const clusterBytes = 2 ** clusterBits;
  if (headerBytes < v3HeaderBytes || headerBytes % 8 !== 0 || headerBytes > clusterBytes) {
    const details = { value: headerBytes, offset: 100 };
    throw refuseQcow2('corrupt-header', 'the header has an impossible length', details);
  }
  for (let bit = firstUnknownBit; bit < 64; bit += 1) {
    if (has(bit)) throw unknownFeature(bit, nameFeature(cluster, headerBytes, clusterBytes, bit));
  }
  checkExtensions(cluster, headerBytes, clusterBytes);
  if (has(incompatible.corrupt)) {
    refuseUnlessAllowed(context, 'corrupt-flag', 'the image is marked as corrupt', {
      format: 'qcow2',
    });
  }
  if (has(incompatible.extendedL2) && clusterBits < 14) {
    throw refuseQcow2('corrupt-header', 'extended L2 entries need clusters of 16 KiB or more');
  }
  const features: string[] = [];
  if (has(incompatible.dirty)) features.push('dirty');
  if (has(incompatible.corrupt)) features.push('marked as corrupt');
  if (has(incompatible.extendedL2)) features.push('extended L2');
  if ((view.getBigUint64(80) & 1n) === 1n) features.push('lazy refcounts');
  if ((view.getBigUint64(88) & 1n) === 1n) features.push('bitmaps');
  return {
    extendedL2: has(incompatible.extendedL2),
    compression: parseCompression(cluster, headerBytes, has(incompatible.compression)),
    features,
  };
}

function parseCompression(
  cluster: Uint8Array,
  headerBytes: number,
  flagged: boolean,
): 'zlib' | 'zstd' {
  const type = headerBytes > v3HeaderBytes ? (cluster[v3HeaderBytes] ?? 0) : 0;
  if (flagged !== (type !== 0)) {
    const details = { value: type, offset: v3HeaderBytes };
    throw refuseQcow2('corrupt-header', 'compression type and its feature bit disagree', details);
  }
  if (type > 1) {
    throw refuseQcow2('unsupported-feature', `compression type ${type} is not known`, {
      value: type,
    });
  }
  return type === 1 ? 'zstd' : 'zlib';
}

function unknownFeature(bit: number, name: string | undefined): Error {
  const called = name === undefined ? '' : `, called ${JSON.stringify(name)}`;
  return refuseQcow2(
    'unsupported-feature',
    `the image needs the unknown feature bit ${bit}${called}`,
    {
      value: bit,
    },
  );
}
