import { availableParallelism } from 'node:os';
import { openScratch, type Scratch, StreamSource } from '../bytes/stream-source.ts';
import type { Allowing } from '../contracts/allowance.ts';
import type { DecodeContext } from '../contracts/format.ts';
import type { Limits } from '../contracts/limits.ts';
import type { Log } from '../contracts/log.ts';
import { createTaskPool } from '../kit/task-pool.ts';

/** The context of decoders, with its scratch files; `close` waits for running writes to them. */
export interface DecodeJob {
  context: DecodeContext;
  close(): Promise<void>;
}

/** A job whose scratch files are in `folder`. */
export function openDecodeJob(
  folder: string,
  about: { signal: AbortSignal; limits: Limits; log: Log; allowances: Allowing },
): DecodeJob {
  const scratch: Scratch = openScratch(folder);
  const tasks = createTaskPool(availableParallelism() * 2);
  const { allowances, ...rest } = about;
  return {
    context: {
      ...rest,
      tasks,
      spool: (bytes) => new StreamSource(bytes, scratch),
      allow: allowances.allow,
      allows: (allowance, message) => allowances.allows(allowance, message),
    },
    close: () => scratch.close(),
  };
}
