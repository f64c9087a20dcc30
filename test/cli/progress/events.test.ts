import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';
import { flagsFor, parseOutput, type Ran, runCli } from '../spawn-cli.ts';

const disk = makeDisk();
const packed = gzipSync(disk);

let line: Line;
beforeEach(async () => {
  line = await startLine();
  const build = { release: '1', snapshot: '20260101', file: 'acme.raw.gz', layers: ['gz', 'raw'] };
  line.offer({ ...build, digest: sha256(packed), eol: '2026-01-01' }, packed);
});
afterEach(() => line.close());

const ensure = (...args: string[]): Promise<Ran> =>
  runCli(['ensure', ...args, '--progress', 'json', ...flagsFor(line)]);

/** Every line of stderr, each of which must be one JSON object. */
function eventsOf({ stderr }: Ran): Record<string, unknown>[] {
  expect(stderr.endsWith('\n')).toBe(true);
  return stderr
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text));
}

test('each event is a line of JSON on stderr, from the first stage to done', async () => {
  const ran = await ensure('acme:1');
  const events = eventsOf(ran);
  expect(events[0]).toMatchObject({ type: 'stage', stage: 'resolve' });
  expect(events.filter(({ type }) => type === 'fetch').at(-1)).toMatchObject({
    role: 'disk',
    bytes: packed.length,
    totalBytes: packed.length,
  });
  expect(events.at(-1)).toMatchObject({ type: 'done', fraction: 1, path: ran.stdout.trim() });
});

test('a warning is an event, and is told once', async () => {
  const events = eventsOf(await ensure('acme:1', '--json'));
  const warnings = events.flatMap(({ type, warning }) => (type === 'warning' ? [warning] : []));
  expect(warnings).toContainEqual(expect.objectContaining({ code: 'end-of-life' }));
  const texts = warnings.map((warning) => JSON.stringify(warning));
  expect(new Set(texts).size).toBe(texts.length);
});

test('a failure is the last event, as --json prints it', async () => {
  const ran = await ensure('acme:9', '--json');
  expect(ran.code).toBe(3);
  const { error } = parseOutput(ran);
  expect(error).toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect(eventsOf(ran).at(-1)).toEqual({ type: 'error', error });
});

test.each([
  ['--quiet', '--progress and --quiet cannot be used together'],
  ['--verbose', '--progress and --verbose cannot be used together'],
])('%s contradicts it', async (flag, message) => {
  const ran = await ensure('acme:1', flag);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(eventsOf(ran)).toMatchObject([{ type: 'error', error: { message } }]);
});

test.each([
  ['a form that does not exist', ['ensure', 'acme:1', '--progress', 'xml'], 'Use one of: json.'],
  ['a command without progress', ['cache', 'path', '--progress', 'json'], '--progress'],
])('%s is refused', async (_what, args, text) => {
  const ran = await runCli(args);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toContain(text);
});
