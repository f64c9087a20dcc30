import { Readable, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { TerminalStream } from '../../../src/cli/io.ts';
import { runCli } from '../../../src/cli/run-cli.ts';

/** Where results and messages go: a pipe, or a terminal of so many columns. */
export type Width = 'pipe' | 100 | 60;

class Page extends Writable implements TerminalStream {
  text = '';
  readonly isTTY: boolean;
  readonly columns?: number;

  constructor(width: Width) {
    super();
    this.isTTY = width !== 'pipe';
    if (width !== 'pipe') this.columns = width;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** What one command line shows: its results, its messages as a terminal leaves them, and its exit code. */
export async function show(args: readonly string[], width: Width, cwd: string): Promise<string> {
  const [stdout, stderr] = [new Page(width), new Page(width)];
  const stdin = Readable.from([]);
  const code = await runCli(args, {
    stdin,
    stdout,
    stderr,
    env: width === 'pipe' ? {} : { TERM: 'xterm' },
    cwd,
  });
  const label = width === 'pipe' ? 'in a pipe' : `in a terminal of ${width} columns`;
  return [
    `## ${label}, exit code ${code}`,
    ...block('stdout', stdout.text),
    ...block('stderr', settle(stderr.text)),
  ].join('\n');
}

function block(title: string, text: string): string[] {
  return text === '' ? [] : [`--- ${title}`, text.trimEnd()];
}

/** What is left on the screen: a line that was drawn over is gone, colours are not seen. */
function settle(text: string): string {
  return text
    .split('\n')
    .map((line) => stripVTControlCharacters(line.slice(line.lastIndexOf('\r') + 1)))
    .join('\n');
}
