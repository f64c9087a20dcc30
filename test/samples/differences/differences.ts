import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertImage, isImageError } from '../../../src/index.ts';
import { declareRow, limitOf } from '../images/declare-row.ts';
import { type ImageRow, readImage, readImageRows } from '../images/image-rows.ts';
import { type Peer, peers } from '../images/peers.ts';

/** A sample with a different result from a peer. */
export interface Difference {
  /** Of the sample, outermost layer first. */
  format: string;
  file: string;
  peer: string;
  /** `reads`, or the reason of the refusal. */
  here: string;
  there: 'reads' | 'refuses' | 'reads other bytes';
  /** The purpose of the sample. */
  about: string;
}

const maxHashedBytes = 64 * 1024 ** 2;

/** Reads every sample here and with the peers that support it, and keeps the differences. */
export async function findDifferences(asked: readonly Peer[] = peers): Promise<Difference[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-peers-'));
  try {
    const found: Difference[] = [];
    for (const row of [...readImageRows('good'), ...readImageRows('bad')]) {
      const covering = asked.filter((peer) => peer.covers(row));
      if (covering.length === 0) continue;
      const path = join(folder, 'sample');
      await writeFile(path, readImage(row));
      const ours = await readHere(path, row, folder);
      for (const peer of covering) {
        const there = compare(ours, peer, path, row, folder);
        if (there === undefined) continue;
        const { file, format, features, defect } = row;
        const about = row.kind === 'good' ? features : defect;
        found.push({ format, file, peer: peer.name, here: ours.here, there, about });
      }
    }
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface OurAnswer {
  here: string;
  sha256?: string;
}

async function readHere(path: string, row: ImageRow, folder: string): Promise<OurAnswer> {
  const output = join(folder, 'disk.raw');
  try {
    const limits = { virtualBytes: limitOf(row), members: 10_000 };
    await convertImage(path, output, { ...declareRow(row), limits });
    if ((await stat(output)).size > maxHashedBytes) return { here: 'reads' };
    const hash = createHash('sha256');
    for await (const piece of createReadStream(output)) hash.update(piece);
    return { here: 'reads', sha256: hash.digest('hex') };
  } catch (error) {
    if (!isImageError(error)) throw error;
    return { here: 'reason' in error.details ? String(error.details.reason) : error.code };
  } finally {
    await rm(output, { force: true });
  }
}

function compare(
  ours: OurAnswer,
  peer: Peer,
  path: string,
  row: ImageRow,
  folder: string,
): Difference['there'] | undefined {
  const theirs = peer.ask(path, row, folder);
  if (ours.here !== 'reads') return theirs.reads ? 'reads' : undefined;
  if (!theirs.reads) return 'refuses';
  const both = ours.sha256 !== undefined && theirs.sha256 !== undefined;
  return both && ours.sha256 !== theirs.sha256 ? 'reads other bytes' : undefined;
}
