import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The start of a machine and its output. */
export interface StartedKernel {
  /** The whole output of the serial line, with escape sequences. */
  serial: string;
  /** Until the text was seen. */
  ms: number;
  seen: boolean;
}

/**
 * Starts a kernel in an emulated PC without network and waits for a text on its serial line, at most `limitMs`. `more`
 * adds devices and kernel arguments.
 */
export async function startKernel(
  kernel: string,
  initrd: string,
  text: RegExp,
  limitMs: number,
  more: readonly string[] = ['-append', 'console=ttyS0'],
): Promise<StartedKernel> {
  const command = [
    'qemu-system-x86_64',
    ...['-accel', 'tcg', '-m', '1024', '-nographic', '-no-reboot', '-nic', 'none'],
    ...['-kernel', kernel, '-initrd', initrd, ...more],
  ];
  return await runMachine(command, text, limitMs);
}

/** The same for a machine that a command starts; its output is the serial line. */
export async function runMachine(
  [program = '', ...parameters]: readonly string[],
  text: RegExp,
  limitMs: number,
): Promise<StartedKernel> {
  const started = performance.now();
  const machine = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(machine, 'exit');
  let serial = '';
  const seen = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), limitMs);
    const end = (found: boolean): void => {
      clearTimeout(timer);
      resolve(found);
    };
    machine.stdout.setEncoding('utf8').on('data', (part: string) => {
      serial += part;
      if (text.test(serial)) end(true);
    });
    ended.then(
      () => end(false),
      () => end(false),
    );
  });
  const ms = performance.now() - started;
  machine.kill('SIGTERM');
  await ended;
  return { serial, ms, seen };
}

/** The output of the machine, line by line, without colours and cursor moves. */
export function readSerial(serial: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return serial.replace(/\x1b\[[\d;?]*[a-zA-Z]|\x1bc|\r/g, '');
}
