import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/** Programs that the tests of this folder start, and the packages that bring them; `.ci/run` installs them. */
const wanted = {
  'docker-registry': 'docker-registry',
  skopeo: 'skopeo',
  htpasswd: 'apache2-utils',
  openssl: 'openssl',
};

type Program = keyof typeof wanted;

/** Like `describe`; the tests are skipped with a message if this machine lacks a program. */
export function describeWith(programs: Program[], title: string, tests: () => void): void {
  const missing = programs.filter((program) => !hasProgram(program));
  if (missing.length > 0) {
    const packages = missing.map((program) => wanted[program]).join(' ');
    process.stderr.write(`SKIPPED: ${title}: install these packages: ${packages}\n`);
  }
  describe.skipIf(missing.length > 0)(title, tests);
}

function hasProgram(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** Runs a program to its end and returns what it prints. */
export function runProgram(program: Program, parameters: string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(program, parameters, { encoding: 'utf8', input });
  if (status === 0) return stdout;
  throw new Error(`${program} ${parameters.join(' ')}: ${stderr.slice(-2000)}`);
}
