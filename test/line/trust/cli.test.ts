import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOpenpgpSigner } from '../../../src/testing/index.ts';
import { parseOutput, type Ran, runCli } from '../../cli/spawn-cli.ts';
import {
  makeImage,
  noImage,
  type SignedLine,
  startSignedLine,
} from '../../fixtures/signed-line.ts';

let line: SignedLine;
beforeEach(async () => {
  line = await startSignedLine();
  await writeFile(join(line.folder, 'own.asc'), line.signer.publicKey);
  await writeFile(join(line.folder, 'stranger.asc'), createOpenpgpSigner().publicKey);
});
afterEach(() => line.close());

/** A call for the image, in a separate process. */
const run = (command: string, ...more: string[]): Promise<Ran> => {
  const mirrors = Object.entries(line.mirrors).flatMap(([from, to]) => [
    '--mirror',
    `${from}=${to}`,
  ]);
  const here = ['--arch', 'amd64', '--cache-dir', line.cacheDir, '--quiet', ...mirrors];
  return runCli([command, 'ubuntu:24.04', ...here, ...more], { cwd: line.folder });
};

describe('on the command line', () => {
  test('--key adds an allowed signer, and the output names it', async () => {
    line.offer();
    const keys = ['--key', 'stranger.asc', '--key', 'own.asc'];
    const { code, stdout } = await run('resolve', ...keys);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`trust +signed by ${line.signer.fingerprint} .* on 2026-11-01`),
    );
    expect(noImage(line.asked())).toBe(true);
    const image = parseOutput(await run('ensure', ...keys, '--json'));
    expect(image).toMatchObject({
      trust: { level: 'signed', signer: { fingerprint: line.signer.fingerprint } },
    });
  });

  test('a missing signature, an unknown signer and an old one exit with 5, each with its own code', async () => {
    line.offer({ signer: false });
    const missing = await run('ensure', '--key', 'own.asc', '--json');
    line.offer();
    const unknown = await run('ensure', '--key', 'stranger.asc', '--json');
    const stale = await run('ensure', '--key', 'own.asc', '--max-age', '1h', '--json');
    const codes = [missing, unknown, stale].map((ran) => [ran.code, codeOf(ran)]);
    expect(codes).toEqual([
      [5, 'ERR_SIGNATURE_MISSING'],
      [5, 'ERR_UNKNOWN_SIGNER'],
      [5, 'ERR_STALE'],
    ]);
    expect(noImage(line.asked())).toBe(true);
  });

  test('an older build is refused by the next process, and accepted with --allow-older', async () => {
    line.offer({ serial: '20261115', bytes: makeImage(2) });
    expect((await run('ensure', '--key', 'own.asc')).code).toBe(0);
    line.offer();
    const refused = await run('ensure', '--key', 'own.asc', '--json');
    expect([refused.code, codeOf(refused)]).toEqual([5, 'ERR_ROLLBACK']);
    const { code, stdout } = await run('ensure', '--key', 'own.asc', '--allow-older');
    expect([code, stdout]).toEqual([0, expect.stringContaining('20261101.raw\n')]);
  });
});

function codeOf(ran: Ran): unknown {
  return Reflect.get(Object(parseOutput(ran)['error'] ?? parseOutput(ran)), 'code');
}
