import {
  abortable,
  type ByteSource,
  type DecodeContext,
  type DiskFacts,
  type DiskImage,
  defined,
} from '../../src/kit.ts';
import { checkDescriptor } from './check-descriptor.ts';
import { copySparse } from './copy-sparse.ts';
import { copyStream, type VmdkStream } from './copy-stream.ts';
import { parseDescriptor } from './descriptor.ts';
import { parseDirectoryPlaces } from './directory-places.ts';
import { type Geometry, parseGeometry } from './geometry.ts';
import { parseVmdkHeader, type SparseHeader } from './header.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';
import { refuseForeign } from './refuse-foreign.ts';

/** Enough to recognize the kind of a descriptor without a disk. */
const headBytes = 16 * 1024;

/** Reads header and descriptor and checks all their values; `copyTo` reads directories, tables and markers. */
export async function openVmdk(source: ByteSource, context: DecodeContext): Promise<DiskImage> {
  const { limits, signal } = context;
  const head = await abortable(source.read(0, headBytes), signal);
  refuseForeign(head);
  if (head.length < sectorBytes) throw cut('header');
  const header = parseVmdkHeader(head.slice(0, sectorBytes));
  const length = header.descriptorSectors * sectorBytes;
  const text = await abortable(source.read(sectorBytes, length), signal);
  if (text.length < length) throw cut('descriptor');
  const extent = checkDescriptor(parseDescriptor(text), header.isStream);
  const geometry = fitToExtent(parseGeometry(header, limits), extent.sectors);
  const places = parseDirectoryPlaces(header, geometry, source.sizeBytes);
  return {
    virtualSize: geometry.virtualSize,
    facts: describe(header, geometry.grainBytes),
    copyTo: chooseCopy(source, { header, geometry, places }, context),
  };
}

/**
 * Writers such as VirtualBox count whole grains in the header, but the sectors of the disk in the descriptor. Any other
 * difference between the two is refused.
 */
function fitToExtent(geometry: Geometry, extentSectors: bigint): Geometry {
  const { sectors, grainSectors } = geometry;
  const spare = BigInt(sectors) - extentSectors;
  if (spare === 0n) return geometry;
  if (spare > 0n && spare < BigInt(grainSectors) && sectors % grainSectors === 0) {
    return { ...geometry, virtualSize: Number(extentSectors) * sectorBytes };
  }
  throw refuseVmdk('corrupt-header', 'header and descriptor disagree about the size of the disk', {
    value: String(extentSectors),
  });
}

function chooseCopy(
  source: ByteSource,
  image: VmdkStream,
  context: DecodeContext,
): DiskImage['copyTo'] {
  const { places } = image;
  if (image.header.isStream) return (sink) => copyStream(source, image, sink, context);
  if (places !== undefined)
    return (sink) => copySparse(source, { ...image, places }, sink, context);
  throw refuseVmdk('corrupt-header', 'a monolithicSparse image has no grain directory');
}

function describe(header: SparseHeader, grainBytes: number): DiskFacts {
  const features: string[] = [];
  if (header.hasRedundant) features.push('redundant grain directory');
  if (header.zeroedGrains) features.push('zeroed grains');
  if (header.unclean) features.push('unclean shutdown');
  return {
    variant: header.isStream ? 'streamOptimized' : 'monolithicSparse',
    clusterBytes: grainBytes,
    ...defined({ compression: header.isStream ? 'zlib' : undefined }),
    features,
  };
}

function cut(what: string): Error {
  return refuseVmdk('truncated', `the file ends inside the VMDK ${what}`);
}
