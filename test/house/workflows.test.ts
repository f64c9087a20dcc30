import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Job {
  steps: Step[];
  permissions?: Record<string, string>;
  strategy?: { matrix: Record<string, unknown[]> };
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const folder = new URL('../../.github/workflows/', import.meta.url);
const names = readdirSync(folder).sort();

function read(name: string): Workflow {
  return parse(readFileSync(new URL(name, folder), 'utf8'));
}

function stepsOf(name: string): Step[] {
  return Object.values(read(name).jobs).flatMap(({ steps }) => steps);
}

function scriptsOf(steps: readonly Step[]): string {
  return steps.map(({ run = '' }) => run).join('\n');
}

test('a gate and a canary exist', () => {
  expect(names).toEqual(['canary.yml', 'gate.yml']);
});

describe.each(names)('%s', (name) => {
  test('runs only scripts that package.json has', () => {
    const text = scriptsOf(stepsOf(name));
    const scripts = [...text.matchAll(/npm (?:run ([\w:-]+)|(test))\b/g)].map(
      ([, run, test]) => run ?? test,
    );
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((script) => !Object.hasOwn(manifest.scripts, script ?? ''))).toEqual([]);
  });

  test('uses actions of a named version, and keeps no credentials in the checkout', () => {
    const used = stepsOf(name).filter(({ uses }) => uses !== undefined);
    for (const { uses, with: given } of used) {
      expect(uses).toMatch(/^actions\/[a-z-]+@(v\d+|[0-9a-f]{40})$/);
      if (uses?.startsWith('actions/checkout@')) {
        expect(given).toMatchObject({ 'persist-credentials': false });
      }
    }
    expect(used.length).toBeGreaterThan(0);
  });

  test('gives no write permission to a job that installs packages', () => {
    const { jobs, permissions } = read(name);
    for (const job of Object.values(jobs)) {
      if (!/\bnpm\b/.test(scriptsOf(job.steps))) continue;
      expect(job.permissions ?? permissions).toEqual({ contents: 'read' });
    }
  });

  test('puts no text from outside into a script', () => {
    expect(scriptsOf(stepsOf(name))).not.toContain('${{');
  });
});

describe('gate.yml', () => {
  const { test: job } = read('gate.yml').jobs;

  test('tests every Node.js that package.json names', () => {
    const majors = [...manifest.engines.node.matchAll(/(?:\^|>=)(\d+)/g)].map(([, n]) => Number(n));
    expect(job?.strategy?.matrix['node']).toEqual(majors);
  });

  test('tests Linux on x64 and arm64, and macOS', () => {
    const systems = ['ubuntu-24.04', 'ubuntu-24.04-arm', 'macos-15'];
    expect(job?.strategy?.matrix['system']).toEqual(systems);
  });

  test('installs packages that .ci/run installs too', () => {
    const line = scriptsOf(job?.steps ?? []).split('--no-install-recommends ')[1] ?? '';
    const packages = line.split('\n')[0]?.split(' ') ?? [];
    const known = readFileSync(new URL('../../.ci/run', import.meta.url), 'utf8');
    expect(packages.length).toBeGreaterThan(5);
    expect(packages.filter((one) => !known.includes(`:${one}`))).toEqual([]);
  });
});

describe('canary.yml', () => {
  const { jobs, permissions } = read('canary.yml');
  let temporary: string;
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'rootdisk-workflow-'));
  });
  afterEach(() => rmSync(temporary, { recursive: true }));

  /** The script of a job's step in the form of GitHub's runners, with one program replaced. */
  function runStep(job: string, program: string, script: string) {
    writeFileSync(join(temporary, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const run = jobs[job]?.steps.find(
      (step) => step.run?.includes(`${program} `) && step.run.includes('\n'),
    );
    const outcome = spawnSync('bash', ['-e', '-c', run?.run ?? 'exit 99'], {
      cwd: temporary,
      env: {
        ...{ PATH: `${temporary}:${process.env['PATH']}`, TITLE: 'An upstream' },
        ...{ GITHUB_OUTPUT: join(temporary, 'out'), GITHUB_STEP_SUMMARY: join(temporary, 'sum') },
      },
    });
    return outcome.status;
  }
  const written = (name: string): string => readFileSync(join(temporary, name), 'utf8');

  test('writes issues in a job that does nothing else', () => {
    expect(permissions).toEqual({});
    expect(jobs['tell']?.permissions).toEqual({ issues: 'write' });
  });

  test.each([
    [0, 0],
    [4, 0],
    [10, 0],
    [1, 1],
  ])('the exit code %i of the program ends the job with %i and is passed on', (code, status) => {
    expect(runStep('ask', 'npm', `echo "$@" > args; echo moved > report.md; exit ${code}`)).toBe(
      status,
    );
    expect(written('args')).toBe('run test:live -- --report report.md\n');
    expect(written('out')).toBe(`code=${code}\n`);
    expect(written('sum')).toBe('moved\n');
  });

  test('opens an issue if there is none', () => {
    expect(runStep('tell', 'gh', 'echo "$@" >> calls')).toBe(0);
    const [list, ...others] = written('calls').trimEnd().split('\n');
    expect(list).toMatch(/^issue list --app github-actions --state open /);
    expect(others).toEqual(['issue create --title An upstream --body-file report.md']);
  });

  test('updates the open issue', () => {
    const script = 'echo "$@" >> calls; if [ "$2" = list ]; then echo 7; fi';
    expect(runStep('tell', 'gh', script)).toBe(0);
    expect(written('calls').trimEnd().split('\n')[1]).toBe('issue edit 7 --body-file report.md');
  });
});
