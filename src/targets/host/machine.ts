import { defined } from '../../kit/defined.ts';
import { createZfs, type Zfs } from '../zfs/zfs.ts';
import { runProgram } from './run-program.ts';

/** The machine that an image is built on, as far as targets ask. */
export interface Machine {
  /** `uname -v` begins with `joyent_`. */
  isSmartos: boolean;
  /** On SmartOS: `global`, or the UUID of a zone. */
  zone?: string;
  zfs: Zfs;
  /** Runs a program of the system with the rights that it needs. */
  run(line: readonly string[], signal: AbortSignal): Promise<string>;
}

/** How a target learns which machine it is on. */
export type FindMachine = (signal: AbortSignal) => Promise<Machine>;

/** Asks `uname` and, on SmartOS, `zonename`. Other users than root go by `pfexec` there. */
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

/** A system without the program is another system. */
function orAbort(signal: AbortSignal): () => string {
  return () => {
    signal.throwIfAborted();
    return '';
  };
}
