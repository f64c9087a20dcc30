import { defined } from '../../kit/defined.ts';
import { createZfs, type Zfs } from '../zfs/zfs.ts';
import { runProgram } from './run-program.ts';

/** The machine on which an image is built, as far as targets need to know it. */
export interface Machine {
  /** True if `uname -v` begins with `joyent_`. */
  isSmartos: boolean;
  /** On SmartOS: `global`, or the UUID of a zone. */
  zone?: string;
  zfs: Zfs;
  /** Runs a system program with the rights that it needs. */
  run(line: readonly string[], signal: AbortSignal): Promise<string>;
}

/** Finds out on which machine a target runs. */
export type FindMachine = (signal: AbortSignal) => Promise<Machine>;

/** Runs `uname` and, on SmartOS, `zonename`. There, users other than root use `pfexec`. */
export async function findMachine(
  signal: AbortSignal,
  { deviceDir }: { deviceDir?: string } = {},
): Promise<Machine> {
  const kernel = await runProgram(['uname', '-v'], signal).catch(orAbort(signal));
  const isSmartos = kernel.startsWith('joyent_');
  const zone = isSmartos ? await runProgram(['zonename'], signal).catch(orAbort(signal)) : '';
  const prefix = isSmartos && process.geteuid?.() !== 0 ? ['pfexec'] : [];
  return {
    isSmartos,
    ...defined({ zone: isSmartos ? zone.trim() || 'global' : undefined }),
    zfs: createZfs(defined({ prefix, deviceDir })),
    run: (line, stop) => runProgram([...prefix, ...line], stop),
  };
}

/** A system without the program is not SmartOS. */
function orAbort(signal: AbortSignal): () => string {
  return () => {
    signal.throwIfAborted();
    return '';
  };
}
