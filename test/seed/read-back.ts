import { spawnSync } from 'node:child_process';

/** Whether a program is installed. */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

/** What a program prints; throws with its messages when it fails. */
export function runProgram(name: string, args: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync(name, args, {
    env: { ...process.env, MTOOLS_SKIP_CHECK: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${stderr}`);
  return stdout;
}
