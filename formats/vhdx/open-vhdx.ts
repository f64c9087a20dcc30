import {
  abortable,
  type ByteSource,
  type DecodeContext,
  type DiskImage,
  hasMagic,
} from '../../src/kit.ts';
import { copyBlocks } from '../shared/blocks/copy-blocks.ts';
import { planBlockTable, readBlocks } from './block-table.ts';
import { type DiskParameters, readDiskParameters } from './disk-parameters.ts';
import { refuseVhdx, regionUnit, sortRanges } from './file-range.ts';
import { headerSectionBytes, parseVhdxHeader } from './header.ts';
import { vhdxMagic } from './magic.ts';
import { parseRegions } from './region-table.ts';
import { replayLog } from './replay-log.ts';
import { ReplayedSource } from './replayed-source.ts';

/** Reads headers, log, region tables and metadata, and checks all their values; `copyTo` looks up the blocks. */
export async function openVhdx(source: ByteSource, context: DecodeContext): Promise<DiskImage> {
  const { limits, signal } = context;
  checkMagic(await abortable(source.read(0, vhdxMagic.length), signal));
  const file = new ReplayedSource(source, context);
  const readSection = (): Promise<Uint8Array> =>
    file.readTable(0, headerSectionBytes, 'the VHDX header');
  const { log, logGuid } = parseVhdxHeader(await readSection());
  if (logGuid !== undefined) {
    const bytes = await file.readTable(log.start, log.end - log.start, 'the log');
    file.replay(replayLog(bytes, log, logGuid));
  }
  const regions = parseRegions(await readSection());
  const ranges = sortRanges([log, ...regions.all], 'of log and regions');
  const checkRegions = (): void => {
    file.checkInside(regions.bat.start, regions.bat.end, 'the block allocation table');
    file.checkInside(regions.metadata.start, regions.metadata.end, 'the metadata');
  };
  checkRegions();
  const disk = await readDiskParameters(file, regions.metadata, limits);
  const table = planBlockTable(disk, regions.bat, limits);
  const { virtualSize, blockBytes } = disk;
  return {
    virtualSize,
    facts: {
      variant: disk.isFixed ? 'fixed' : 'dynamic',
      clusterBytes: blockBytes,
      features: featuresOf(disk, logGuid !== undefined),
    },
    async copyTo(sink) {
      await sink.setSize(virtualSize);
      const blocks = await readBlocks(file, table, disk, ranges, limits);
      const dataAt = (place: number): number => place * regionUnit;
      await copyBlocks(
        { blocks, blockBytes, virtualSize, dataAt },
        file,
        sink,
        context,
        refuseVhdx,
      );
      await file.finish();
      checkRegions();
    },
  };
}

function checkMagic(head: Uint8Array): void {
  if (head.length === 0) throw refuseVhdx('empty', 'the file is empty');
  if (hasMagic(head, vhdxMagic)) return;
  if (!hasMagic(head, vhdxMagic.slice(0, head.length))) {
    throw refuseVhdx('format-mismatch', 'the file is not a VHDX image', { declared: 'vhdx' });
  }
  throw refuseVhdx('truncated', 'the file ends inside the VHDX header');
}

function featuresOf({ sectorBytes }: DiskParameters, isReplayed: boolean): string[] {
  const features: string[] = [];
  if (sectorBytes === 4096) features.push('4096-byte sectors');
  if (isReplayed) features.push('log to replay');
  return features;
}
