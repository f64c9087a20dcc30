import {
  abortable,
  type ByteSource,
  type DecodeContext,
  type DiskImage,
  type DiskSink,
} from '../../src/kit.ts';
import { readBlockMap } from '../shared/blocks/block-map.ts';
import { copyBlocks } from '../shared/blocks/copy-blocks.ts';
import { untilComplete } from '../shared/sources/until-complete.ts';
import { checkPlaces } from './block-places.ts';
import { refuseVhd } from './checksum.ts';
import {
  type DynamicHeader,
  dynamicHeaderBytes,
  parseDynamicHeader,
  parseHeaderOffset,
} from './dynamic-header.ts';
import { findFooter, footerBytes, noFooter, parseVhdFooter, type VhdFooter } from './footer.ts';

const sectorBytes = 512;
const absent = 0xffff_ffff;

/** `head` is the copy of the footer at the start of a dynamic disk. */
export async function openDynamic(
  source: ByteSource,
  head: Uint8Array,
  context: DecodeContext,
): Promise<DiskImage> {
  const { signal, limits } = context;
  if (head.length < footerBytes) throw noFooter(head.length);
  const footer = parseVhdFooter(head, limits);
  if (footer.variant === 'fixed') {
    throw refuseVhd('corrupt-header', 'a fixed disk must not begin with a footer');
  }
  const headerOffset = parseHeaderOffset(footer);
  const bytes = await abortable(source.read(headerOffset, dynamicHeaderBytes), signal);
  if (bytes.length < dynamicHeaderBytes) {
    const details = { offset: headerOffset + bytes.length };
    throw refuseVhd('truncated', 'the file ends inside the dynamic header', details);
  }
  const header = parseDynamicHeader(bytes, headerOffset, footer.virtualSize, limits);
  if (source.sizeBytes !== undefined && source.readyBytes >= source.sizeBytes) {
    await checkEnd(source, head, context);
  }
  return {
    virtualSize: footer.virtualSize,
    facts: { variant: 'dynamic', clusterBytes: header.blockBytes, features: footer.features },
    copyTo: (sink) => copyDynamic(source, head, footer, header, sink, context),
  };
}

async function copyDynamic(
  source: ByteSource,
  head: Uint8Array,
  { virtualSize }: VhdFooter,
  header: DynamicHeader,
  sink: DiskSink,
  context: DecodeContext,
): Promise<void> {
  const { signal, limits } = context;
  const { blockBytes, bitmapBytes, tableOffset, usedEntries } = header;
  const map = {
    position: tableOffset,
    entries: usedEntries,
    littleEndian: false,
    absentFrom: absent,
    minDistance: (bitmapBytes + blockBytes) / sectorBytes,
  };
  const blocks = await readBlockMap(source, map, {
    signal,
    tableBytes: limits.tableBytes,
    refuseImage: refuseVhd,
  });
  const neededBytes = checkPlaces(blocks, header);
  checkRoom(neededBytes, source.sizeBytes);
  await sink.setSize(virtualSize);
  const dataAt = (place: number): number => place * sectorBytes + bitmapBytes;
  await copyBlocks({ blocks, blockBytes, virtualSize, dataAt }, source, sink, context, refuseVhd);
  await untilComplete(source, signal);
  checkRoom(neededBytes, await checkEnd(source, head, context));
}

function checkRoom(neededBytes: number, fileEnd: number | undefined): void {
  if (fileEnd === undefined || neededBytes <= fileEnd) return;
  throw refuseVhd('truncated', 'the table or blocks of the disk lie past the end of the file', {
    offset: fileEnd,
    value: neededBytes,
  });
}

/** The footer at the end must equal the one at the start, byte for byte; returns the place where it begins. */
async function checkEnd(
  source: ByteSource,
  head: Uint8Array,
  { signal, limits }: DecodeContext,
): Promise<number> {
  const sizeBytes = source.sizeBytes ?? 0;
  const position = Math.max(0, sizeBytes - footerBytes);
  const end = findFooter(await abortable(source.read(position, footerBytes), signal));
  if (end === undefined) throw noFooter(sizeBytes);
  if (Buffer.compare(end.bytes, head) === 0) return sizeBytes - end.length;
  parseVhdFooter(end.bytes, limits);
  throw refuseVhd('corrupt-header', 'the footer and its copy at the start of the file differ');
}
