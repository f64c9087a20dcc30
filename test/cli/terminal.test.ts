import { spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Line, makeDisk, sha256, startLine } from '../fixtures/line.ts';
import { cleanEnv, main, withFlags } from './spawn-cli.ts';

const hasScript = spawnSync('script', ['--version']).stdout?.includes('util-linux') === true;
const disk = makeDisk();
const packed = gzipSync(disk);
let line: Line;

beforeEach(async () => {
  line = await startLine();
  const build = { release: '1', snapshot: '1', file: 'acme.raw.gz', layers: ['gz', 'raw'] };
  line.offer({ ...build, digest: sha256(packed) }, packed, { bytesPerSecond: packed.length / 2 });
});
afterEach(() => line.close());

/** Everything that the command line sends to a terminal of 60 columns. */
async function inTerminal(args: string[], stop?: (text: string) => boolean): Promise<string> {
  const words = [process.execPath, main, ...withFlags(line, args)].map((word) => `'${word}'`);
  const command = `stty cols 60 rows 20; exec ${words.join(' ')}`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    env: { ...cleanEnv, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  let stopped = false;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    if (!stopped && stop?.(text) === true) stopped = child.stdin.write('\u0003');
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  child.stdin.destroy();
  return `${text}=> ${code}`;
}

test.skipIf(!hasScript)('a single calm line that fits and is gone at the end', async () => {
  const started = performance.now();
  const text = await inTerminal(['ensure', 'acme']);
  const seconds = (performance.now() - started) / 1000;
  const drawn = text.split('\r').filter((piece) => piece.startsWith('fetch '));
  expect(drawn.length).toBeGreaterThan(3);
  expect(drawn.length).toBeLessThanOrEqual(10 * seconds);
  for (const piece of drawn) {
    // Drawn over in place: cleared to the end of the line, never broken into a second one.
    const end = piece.indexOf('\u001b[K');
    expect(end).toBeGreaterThan(0);
    expect(end).toBeLessThan(60);
    expect(piece.slice(0, end)).not.toContain('\n');
    expect(piece).toMatch(/ \d+ % /);
  }
  const end = `\r\u001b[K${line.cacheDir}/images-v1/acme_1_default_amd64_1.raw\r\n=> 0`;
  expect(text.endsWith(end)).toBe(true);
});

test.skipIf(!hasScript)('Ctrl-C clears the line and exits with 130', async () => {
  const text = await inTerminal(['ensure', 'acme'], (shown) => /fetch .* \d\d % /.test(shown));
  expect(text).toContain('interrupted');
  expect(text.slice(text.lastIndexOf('fetch '))).toContain('\r\u001b[K');
  expect(text.endsWith('=> 130')).toBe(true);
  expect(await line.visible()).toEqual([]);
});

test.skipIf(!hasScript)('inspect fits a narrow terminal, map and hazards included', async () => {
  const file = join(line.folder, 'odd.raw.gz');
  await writeFile(file, Buffer.concat([packed, Buffer.from('metadata behind the stream')]));
  const wrong = await inTerminal(['inspect', file, '--quiet']);
  expect(wrong).toContain('=> 6');
  expect(wrong).toMatch(/^allowed by +--allow trailing\s*$/m);
  const allowed = await inTerminal(['inspect', file, '--quiet', '--allow', 'trailing']);
  expect(allowed).toContain('=> 0');
  expect(allowed).toMatch(/^ 0 +4 MiB\s*$/m);
  expect(allowed).toContain('character is');
  for (const row of `${wrong}\n${allowed}`.split(/\r?\n/)) {
    expect(row.length).toBeLessThanOrEqual(60);
  }
});
