import { createRootdisk, type VerifiedEntry } from '../../core.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { transportOptions } from '../args/option-groups.ts';
import { describeSigner } from '../print/describe-image.ts';
import { formatTable } from '../print/format-table.ts';
import type { Command } from './command.ts';

export const cacheVerify: Command = {
  name: 'cache verify',
  operands: [],
  summary: 'Check bytes, digests and signatures of every disk.',
  options: ['repair', 'offline', ...transportOptions],
  examples: [
    ['rootdisk cache verify', 'read every disk, and verify its origin again'],
    ['rootdisk cache verify --repair', 'also restore mode and time, and fetch damaged disks again'],
    ['rootdisk cache verify --repair --offline', 'the same without any request'],
  ],
  async run({ flags, parts, transport, onProgress, columns }) {
    const entries: VerifiedEntry[] = [];
    const repair = flags.has('repair');
    onProgress({ type: 'stage', stage: 'settle', message: 'reading every disk' });
    for await (const entry of createRootdisk(parts).verifyCache({
      ...transport,
      repair,
      offline: flags.has('offline'),
      onProgress,
    })) {
      entries.push(entry);
    }
    const isBad = ({ state, origin }: VerifiedEntry) =>
      state === 'damaged' || origin?.state === 'failed';
    const bad = entries.filter(isBad).length;
    const summary = `${entries.length} disk${entries.length === 1 ? '' : 's'}, ${bad} damaged or of unverified origin`;
    const rows = entries.map((entry) => [entry.name, describeState(entry), describeOrigin(entry)]);
    const table = formatTable([['NAME', 'DISK', 'ORIGIN'], ...rows], { columns });
    return {
      text: entries.length === 0 ? summary : `${table}\n${summary}`,
      json: { entries, damaged: bad },
      exitCode: bad > 0 ? exitCodes.integrity : 0,
    };
  },
};

function describeState({ state, reason }: VerifiedEntry): string {
  return reason === undefined ? state : `${state}: ${reason}`;
}

function describeOrigin({ origin }: VerifiedEntry): string {
  if (origin === undefined) return '-';
  const { state, level, signer, reason } = origin;
  const by = signer === undefined ? '' : ` by ${describeSigner(signer)}`;
  return `${state} ${level}${by}${reason === undefined ? '' : `: ${reason}`}`;
}
