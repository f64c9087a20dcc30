import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Extents } from '../../bytes/extents.ts';
import { inCache } from '../../cache/cache-error.ts';
import type { BlockDigests } from '../../cache/digest/content-digest.ts';
import { RunningDigest } from '../../cache/digest/running-digest.ts';
import { type ChosenWriter, parseWriter } from '../../convert/choose-writer.ts';
import { type RawFile, writeFormat } from '../../convert/write-format.ts';
import type { Call } from '../call.ts';
import type { Making } from '../making.ts';
import type { Plan } from '../plan.ts';
import type { Settled } from '../settle.ts';

/** A file in the format of a writer. */
export interface Written {
  path: string;
  format: string;
  sizeBytes: number;
  extents: Extents;
  blocks: BlockDigests;
}

/** The settled raw disk in the format that the call wants; unchanged if that is raw or the vendor's own format. */
export async function writeDisk(making: Making & { settled: Settled }): Promise<Settled> {
  const { call, plan, settled } = making;
  const { decoded } = settled;
  const chosen = writerOf(call, plan);
  if (chosen === undefined) return settled;
  const handle = await open(decoded.path, 'r');
  try {
    const written = await writeFrom(making, chosen, { ...decoded, handle });
    const facts = { ...decoded.facts, writer: chosen.writer.id };
    return { ...settled, decoded: { ...decoded, ...written, facts } };
  } finally {
    await handle.close();
  }
}

/** The writer of the plan's format, with its default options. */
export function writerOf(
  { parts }: Pick<Call, 'parts'>,
  { role, format }: Pick<Plan, 'role' | 'format'>,
): ChosenWriter | undefined {
  if (role !== 'disk' || format === 'source') return undefined;
  return parseWriter(format, parts.writers, 'format');
}

/** Writes a raw disk into the staging folder. */
export function writeFrom(
  { call, staging }: Pick<Making, 'call' | 'staging'>,
  chosen: ChosenWriter,
  raw: RawFile,
): Promise<Written> {
  const { id } = chosen.writer;
  const path = join(staging.dir, 'written');
  call.progress.stage('decode', `writing ${id}`);
  return inCache(path, 'write', async () => {
    await chosen.writer.check(raw, chosen.options);
    const target = await staging.create(path);
    const written = await digested(target, call, (onData) => {
      const { signal } = call;
      return writeFormat(chosen, raw, target, { signal, log: call.options.log, onData });
    });
    return { path, format: id, ...written };
  });
}

async function digested(
  target: FileHandle,
  { signal }: Call,
  write: (
    onData: (position: number, length: number) => void,
  ) => Promise<{ sizeBytes: number; extents(): Extents }>,
): Promise<Pick<Written, 'sizeBytes' | 'extents' | 'blocks'>> {
  const digest = new RunningDigest(target);
  try {
    const out = await write((...range) => digest.wrote(...range));
    const blocks = await digest.finish(signal);
    return { sizeBytes: out.sizeBytes, extents: out.extents(), blocks };
  } finally {
    await digest.idle();
    await target.close();
  }
}
