import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { EnsureOptions, Warning } from '../../../src/core.ts';
import type { Line } from '../../fixtures/line.ts';

/** One system call of a process on a file below the cache folder. */
export interface SystemCall {
  kind: string;
  /** Among those of its kind, from 1. */
  nth: number;
  /** Below the cache folder. */
  path: string;
}

/** The fault for calls of a kind: an error of the system by its name, or `SIGKILL` to the process. */
export interface Injection {
  kind: string;
  /** Absent: all of them. */
  nth?: number;
  /** Only calls whose path contains this, or ends in it if `$` follows. */
  path?: string;
  fault: string;
}

/** The result of a call of `ensureImage`. */
export interface Report {
  path?: string;
  origin?: string;
  error?: { code: string; exitCode: number; message: string; hint: string };
  warnings: Warning[];
  /** Files below the cache folder that were open after the call and the end of its lease. */
  open: string[];
}

export interface Run {
  /** Absent for a process that was killed. */
  report: Report | undefined;
  calls: SystemCall[];
}

const source = fileURLToPath(new URL('inject.c', import.meta.url));
const script = fileURLToPath(new URL('ensure-rounds.ts', import.meta.url));

/** Many times the duration of a call on a busy machine. */
const hangMs = 120_000;

/** Makes system calls of another process fail; compiled during the test, because only a program in C can do that. */
export class Injector {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rootdisk-inject-'));
  /** The reason why nothing can be injected here; `undefined` if it can. */
  readonly obstacle: string | undefined;
  #program: Program | undefined;
  #round = 0;

  constructor() {
    this.obstacle = process.platform === 'linux' ? this.#compile() : 'needs Linux';
  }

  /** One call in another process, with a fault or only observed. One that does not end counts as a hang. */
  async run(line: Line, options: EnsureOptions, injection?: Injection): Promise<Run> {
    const { cacheDir, mirrors } = line;
    const log = join(this.#folder, 'log');
    await rm(log, { force: true });
    this.#round += 1;
    const program = this.#program ?? startProgram(this.#library);
    // A process that has ended gets no more calls.
    this.#program = undefined;
    const report = await program.ask({
      options: { arch: 'amd64', cacheDir, mirrors, ...options },
      environment: {
        FAULT_ROUND: String(this.#round),
        FAULT_LOG: log,
        FAULT_FOLDER: cacheDir,
        ...(injection === undefined ? {} : environmentOf(injection)),
      },
    });
    if (report !== undefined) this.#program = program;
    else if (injection?.fault !== 'SIGKILL') throw new Error('the process was killed');
    return { report, calls: await readCalls(log, cacheDir) };
  }

  close(): void {
    this.#program?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #library(): string {
    return join(this.#folder, 'inject.so');
  }

  #compile(): string | undefined {
    try {
      const flags = ['-shared', '-fPIC', '-O1', '-o', this.#library, source, '-ldl'];
      execFileSync('cc', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
      return undefined;
    } catch (error) {
      return `needs a C compiler: ${error instanceof Error ? error.message : error}`;
    }
  }
}

/** A process that makes one call after the other. */
interface Program {
  /** `undefined` if it was killed. Throws if it ended otherwise, or hangs. */
  ask(question: object): Promise<Report | undefined>;
  close(): void;
}

function startProgram(library: string): Program {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(
    process.execPath,
    [script],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_NO_WARNINGS: '1',
        // Calls through io_uring use no function that could be replaced.
        UV_USE_IO_URING: '0',
        LD_PRELOAD: library,
      },
    },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const timer = setTimeout(() => child.kill('SIGABRT'), hangMs);
      const answer = await lines.next();
      clearTimeout(timer);
      if (answer.done !== true) return JSON.parse(answer.value);
      const [code, signal] = await closed;
      if (signal === 'SIGKILL') return undefined;
      throw new Error(signal === 'SIGABRT' ? 'it hangs' : `it ended with ${code}: ${errors}`);
    },
    close: () => void child.kill('SIGKILL'),
  };
}

function environmentOf({ kind, nth = 0, path, fault }: Injection): Record<string, string> {
  const errno = fault === 'SIGKILL' ? 0 : Reflect.get(constants.errno, fault);
  if (typeof errno !== 'number') throw new Error(`no error of the system is called ${fault}`);
  return {
    FAULT_CALL: kind,
    FAULT_NTH: String(nth),
    FAULT_ERRNO: String(errno),
    ...(path === undefined ? {} : { FAULT_PATH: path }),
  };
}

async function readCalls(log: string, cacheDir: string): Promise<SystemCall[]> {
  const lines = (await readFile(log, 'utf8').catch(() => '')).split('\n').slice(0, -1);
  return lines.map((line) => {
    const [, kind = '', nth = '', path = ''] = /^(\w+) (\d+) (.*)$/.exec(line) ?? [];
    return { kind, nth: Number(nth), path: path.slice(cacheDir.length) };
  });
}
