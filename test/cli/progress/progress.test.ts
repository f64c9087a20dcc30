import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Flags } from '../../../src/cli/args/flags.ts';
import type { TerminalStream } from '../../../src/cli/io.ts';
import { ProgressBar, renderBar } from '../../../src/cli/progress/bar.ts';
import { ProgressLines } from '../../../src/cli/progress/lines.ts';
import { openReporter } from '../../../src/cli/progress/open-reporter.ts';
import { advance, type ProgressState } from '../../../src/cli/progress/state.ts';
import type { ProgressEvent } from '../../../src/core.ts';

const MiB = 1024 ** 2;

function fetched(bytes: number, totalBytes?: number): ProgressEvent {
  const total = totalBytes === undefined ? {} : { totalBytes };
  return { type: 'fetch', url: 'https://host/disk', bytes, bytesPerSecond: 10 * MiB, ...total };
}
const fetching: ProgressEvent = { type: 'stage', stage: 'fetch', message: 'fetching disk.img' };
const decoding: ProgressEvent = { type: 'stage', stage: 'decode', message: 'decoding to raw' };
const decoded = (bytes: number, virtualSize: number): ProgressEvent => ({
  type: 'decode',
  bytes,
  virtualSize,
});

function stateAfter(...events: ProgressEvent[]): ProgressState {
  return events.reduce(advance, { message: '' });
}

/** A stream that keeps what was written. */
function keep(more: { isTTY?: boolean; columns?: number } = {}): {
  stream: TerminalStream;
  written: string[];
} {
  const written: string[] = [];
  const stream = Object.assign(new PassThrough(), { getColorDepth: () => 1 }, more);
  stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  return { stream, written };
}

describe('the line of the bar', () => {
  const half = stateAfter(fetching, fetched(300 * MiB, 600 * MiB));

  test('stage, bar, bytes of total, rate and time left', () => {
    expect(renderBar(half, 100)).toBe(
      'fetch   [===========>            ]   50 %     300 MiB of 600 MiB     10 MiB/s  0:30 left',
    );
  });

  test('without a total: bytes and rate', () => {
    expect(renderBar(stateAfter(fetching, fetched(300 * MiB)), 100)).toBe(
      'fetch      300 MiB     10 MiB/s',
    );
  });

  test('it always fits, and the narrower it is the less it says', () => {
    for (let columns = 1; columns <= 120; columns += 1) {
      expect(renderBar(half, columns).length).toBeLessThanOrEqual(columns);
    }
    expect(renderBar(half, 60)).toBe('fetch   [=====>      ]   50 %     300 MiB of 600 MiB');
    expect(renderBar(half, 20)).toBe('fetch    50 %');
  });

  test('decoding shows where it trails the download, and after it', () => {
    const behind = stateAfter(fetching, decoding, fetched(90, 100), decoded(30, 100));
    expect(renderBar(behind, 120)).toMatch(/^fetch .* {2}decoded 30 %$/);
    const along = stateAfter(fetching, decoding, fetched(90, 100), decoded(85, 100));
    expect(renderBar(along, 120)).not.toContain('decoded');
    const late = stateAfter(fetching, decoding, fetched(100, 100), decoded(60, 100));
    expect(renderBar(late, 120)).toMatch(/^decode +\[=+> +\] +60 %/);
  });

  test('what another caller does', () => {
    const wait: ProgressEvent = { type: 'wait', name: 'x', bytes: 50, totalBytes: 100 };
    const state = stateAfter({ type: 'stage', stage: 'wait', message: 'waiting' }, wait);
    expect(renderBar(state, 100)).toMatch(/^wait .* 50 %/);
  });

  test('stages that cannot be counted are their message, whatever is in it', () => {
    const stage = { type: 'stage', stage: 'prove' } as const;
    expect(renderBar(stateAfter({ ...stage, message: 'checking \u001b[2J' }), 80)).toBe(
      'checking \\u001b[2J',
    );
    expect(renderBar(stateAfter({ ...stage, message: '盤'.repeat(30) }), 21)).toBe(
      `${'盤'.repeat(7)}...`,
    );
  });
});

describe('the bar', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is drawn at most ten times a second, the last state included', () => {
    const { stream, written } = keep({ isTTY: true, columns: 80 });
    const bar = new ProgressBar(stream);
    bar.show(fetching);
    for (let i = 1; i <= 1000; i += 1) {
      bar.show(fetched(i * MiB, 2000 * MiB));
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(1000);
    expect(written.length).toBeGreaterThan(8);
    expect(written.length).toBeLessThanOrEqual(12);
    expect(written.at(-1)).toContain('50 %');
    expect(written.every((text) => text.startsWith('\r') && text.endsWith('\u001b[K'))).toBe(true);
    bar.stop();
    expect(written.at(-1)).toBe('\r\u001b[K');
    bar.stop();
    vi.advanceTimersByTime(1000);
    expect(written.at(-1)).toBe('\r\u001b[K');
  });

  test('steps aside for lines that stay', () => {
    const { stream, written } = keep({ isTTY: true, columns: 80 });
    const bar = new ProgressBar(stream);
    bar.show(fetching);
    bar.show({ type: 'retry', attempt: 2, reason: 'reset\nby peer', delayMs: 1500 });
    expect(written.join('')).toBe(
      '\rfetching disk.img\u001b[K\r\u001b[Kretry 2 in 1.5 s: reset\\u000aby peer\nfetching disk.img',
    );
    bar.stop();
  });
});

describe('lines', () => {
  test('one for each stage and each ten percent', () => {
    const { stream, written } = keep();
    const lines = new ProgressLines(stream);
    lines.show(fetching);
    lines.show(decoding);
    for (let i = 0; i <= 1000; i += 1) {
      lines.show(fetched(i, 1000));
      lines.show(decoded(i, 1000));
    }
    lines.show({ type: 'done', origin: 'network', path: '/x', elapsedMs: 61_000 });
    lines.stop();
    const percents = written.flatMap((text) => /^fetch {2}(\d+) %/.exec(text)?.[1] ?? []);
    expect(percents).toEqual(['10', '20', '30', '40', '50', '60', '70', '80', '90', '100']);
    expect(written.slice(0, 2)).toEqual(['fetching disk.img\n', 'decoding to raw\n']);
    expect(written.at(-1)).toBe('ready after 1:01\n');
    expect(written.length).toBeLessThanOrEqual(15);
  });

  test('a new attempt counts from the start', () => {
    const { stream, written } = keep();
    const lines = new ProgressLines(stream);
    lines.show(fetching);
    for (const bytes of [50, 0, 10, 60]) lines.show(fetched(bytes, 100));
    lines.stop();
    expect(written.slice(1).map((text) => text.slice(0, 11).trim())).toEqual([
      'fetch  50 %',
      'fetch  10 %',
      'fetch  60 %',
    ]);
  });

  test('a sign of life where nothing else comes', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { stream, written } = keep();
      const lines = new ProgressLines(stream);
      lines.show(fetching);
      lines.show(fetched(3 * MiB));
      vi.advanceTimersByTime(25_000);
      expect(written).toEqual([
        'fetching disk.img\n',
        ...Array(2).fill('fetch  3 MiB  10 MiB/s\n'),
      ]);
      lines.stop();
      vi.advanceTimersByTime(60_000);
      expect(written).toHaveLength(3);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('which of them', () => {
  beforeEach(() => {
    vi.stubEnv('FORCE_COLOR', undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const show = (tty: boolean, term: string | undefined, flags: string[] = []): string => {
    const { stream, written } = keep({ isTTY: tty, columns: 80 });
    const env = { TERM: term };
    const reporter = openReporter(
      { stderr: stream, env },
      new Flags(new Map(flags.map((name) => [name, [true]]))),
    );
    reporter.onProgress(fetching);
    reporter.log({ level: 'debug', message: 'asked', data: { of: '\u009b' } });
    for (let i = 0; i < 2; i += 1) {
      reporter.onProgress({
        type: 'warning',
        warning: { code: 'mirror', message: 'from a mirror' },
      });
      reporter.warn([{ code: 'mirror', message: 'from a mirror' }]);
    }
    reporter.stop();
    return written.join('');
  };

  test('a bar only on a terminal that can move its cursor', () => {
    const drawn = show(true, 'xterm');
    expect(drawn.startsWith('\rfetching disk.img\u001b[K')).toBe(true);
    expect(drawn.endsWith('\r\u001b[K')).toBe(true);
    const plain = 'fetching disk.img\nwarning: from a mirror\n';
    expect(show(true, 'dumb')).toBe(plain);
    expect(show(true, undefined)).toBe(plain);
    expect(show(false, 'xterm')).toBe(plain);
  });

  test('--quiet shows none, --verbose the log too', () => {
    expect(show(true, 'xterm', ['quiet'])).toBe('');
    expect(show(false, 'xterm', ['verbose'])).toContain('debug: asked {"of":"\\u009b"}\n');
  });
});
