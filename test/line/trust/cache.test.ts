import { chmod, open, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOpenpgpSigner } from '../../../src/testing/index.ts';
import { parseOutput, type Ran, runCli } from '../../cli/spawn-cli.ts';
import { makeImage, type SignedLine, startSignedLine } from '../../fixtures/signed-line.ts';

let line: SignedLine;
let path: string;
beforeEach(async () => {
  line = await startSignedLine();
  line.offer();
  ({ path } = await line.ensure());
  // From here on everything is proved without upstream.
  await line.upstream.close();
});
afterEach(() => line.close());

const name = 'ubuntu_24.04_server_amd64_20261101.raw';
const run = (...more: string[]): Promise<Ran> =>
  runCli(['cache', 'verify', '--cache-dir', line.cacheDir, ...more]);

interface Kept {
  documents: { url: string; sha256: string; text: string }[];
  given: { keys: string[] };
}
async function changeEvidence(change: (kept: Kept) => void): Promise<void> {
  const kept: Kept = JSON.parse(await readFile(`${path}.evidence`, 'utf8'));
  change(kept);
  await writeFile(`${path}.evidence`, JSON.stringify(kept));
}

describe('cache verify', () => {
  test('reads the disk and proves its origin from the kept documents', async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`${name} +intact +proved signed by ${line.signer.fingerprint}`),
    );
    expect(stdout).toMatch(/\n1 disk, 0 damaged/);
    const json = parseOutput(await run('--json'));
    expect(json).toMatchObject({
      damaged: 0,
      entries: [{ name, path, state: 'intact', origin: { state: 'proved', level: 'signed' } }],
    });
  });

  test('names the damaged blocks with the digests of an earlier run', async () => {
    await rm(`${path}.blocks`);
    expect((await run()).code).toBe(0);
    await chmod(path, 0o644);
    const handle = await open(path, 'r+');
    await handle.write(Buffer.from('!?'), 0, 2, 5000);
    await handle.close();
    const { size } = await stat(path);
    const damage = [[0, Math.min(size, 1024 * 1024)]];
    expect(parseOutput(await run('--json'))).toMatchObject({
      damaged: 1,
      entries: [{ state: 'damaged', reason: expect.stringMatching(/first at byte 0$/), damage }],
    });
  });

  test.each<[string, (kept: Kept) => void]>([
    [
      'a changed document',
      ({ documents: [list] }) => {
        if (list !== undefined) list.text = list.text.replace('amd64', 'arm64');
      },
    ],
    [
      'a changed document with its new digest',
      ({ documents }) => {
        const [list, signature] = documents;
        if (list === undefined || signature === undefined) return;
        [list.text, list.sha256] = [signature.text, signature.sha256];
      },
    ],
    [
      'the signature of another document',
      ({ documents }) => {
        const [list, signature] = documents;
        if (list === undefined || signature === undefined) return;
        [list.url, signature.url] = [signature.url, list.url];
      },
    ],
    [
      'another key',
      ({ given }) => {
        given.keys = [createOpenpgpSigner().publicKey];
      },
    ],
  ])('%s proves nothing: exit 5', async (_what, change) => {
    await changeEvidence(change);
    const ran = await run('--json');
    expect(ran.code).toBe(5);
    expect(parseOutput(ran)).toMatchObject({
      damaged: 1,
      entries: [{ state: 'intact', origin: { state: 'failed', reason: expect.any(String) } }],
    });
    const { code, stdout } = await run();
    expect([code, stdout]).toEqual([5, expect.stringMatching(/intact +failed signed: /)]);
  });

  test('the documents of another image prove nothing for this one', async () => {
    const other = await startSignedLine();
    other.offer({ bytes: makeImage(2), signer: line.signer });
    const keys = { replace: [line.signer.publicKey] };
    const image = await other.ensure({ keys });
    await writeFile(`${path}.evidence`, await readFile(`${image.path}.evidence`));
    await other.close();
    expect(await line.verify()).toMatchObject([
      { state: 'intact', origin: { state: 'failed', reason: expect.stringContaining('sha256:') } },
    ]);
  });

  test('a damaged file of documents is a failure; if there is none, the record counts', async () => {
    await writeFile(`${path}.evidence`, '');
    expect(await line.verify()).toMatchObject([{ origin: { state: 'failed', level: 'signed' } }]);
    await rm(`${path}.evidence`);
    const { code, stdout } = await run();
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/intact +recorded signed: no documents/),
    ]);
  });

  test('a changed byte of the disk is damage: exit 5, and repair does not touch it', async () => {
    const { atime, mtime } = await stat(path);
    await chmod(path, 0o644);
    const bytes = await readFile(path);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await utimes(path, atime, mtime);
    for (const flags of [[], ['--repair', '--offline']]) {
      const { code, stdout } = await run(...flags);
      expect([code, stdout]).toEqual([5, expect.stringMatching(/damaged: /)]);
    }
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  test('a changed time is reported, and restored by --repair', async () => {
    const { mtimeMs } = await stat(path);
    await chmod(path, 0o644);
    await utimes(path, new Date(), new Date());
    const looked = parseOutput(await run('--json'));
    expect(looked).toMatchObject({ entries: [{ state: 'touched', origin: { state: 'proved' } }] });
    const { code, stdout } = await run('--repair');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/repaired +proved signed/)]);
    const after = await stat(path);
    expect([after.mode & 0o777, Math.trunc(after.mtimeMs)]).toEqual([0o444, Math.trunc(mtimeMs)]);
    expect(parseOutput(await run('--json'))).toMatchObject({ entries: [{ state: 'intact' }] });
  });

  test('an empty cache is valid', async () => {
    const { code, stdout } = await runCli([
      'cache',
      'verify',
      '--cache-dir',
      `${line.folder}/none`,
    ]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^0 disks/)]);
  });
});
