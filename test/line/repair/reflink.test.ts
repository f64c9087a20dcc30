import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRootdisk, type VerifiedEntry } from '../../../src/core.ts';
import { tempDir } from '../../cache/temp-dir.ts';
import { mounted, reflinkKinds, whyNotMounted } from '../../clone/own-file-system.ts';
import { damage } from '../../fixtures/damage.ts';
import { type Line, parts, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { hasProgram } from '../../seed/read-back.ts';

const MiB = 1024 ** 2;
let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

for (const [kind, size, [program = '', ...flags]] of reflinkKinds) {
  const why = hasProgram('filefrag') ? whyNotMounted(kind, size, program, flags) : 'needs filefrag';
  test.skipIf(why !== undefined)(
    `on ${kind} a repaired disk shares all blocks except the damaged one`,
    async () => {
      const cacheDir = mounted(await tempDir(), size, program, flags);
      const disk = randomBytes(8 * MiB);
      disk.fill(0, 0, 4096);
      const packed = gzipSync(disk);
      const build = { release: '1', snapshot: '1', file: 'acme.raw.gz', layers: ['gz', 'raw'] };
      line.offer({ ...build, digest: sha256(packed) }, packed);
      const { path } = await line.ensure('acme:1', { cacheDir, keepSource: true });
      await line.releaseAll();
      await damage(path, 3 * MiB + 10);
      // Holds the blocks of the damaged file, which would be free when it is replaced.
      execFileSync('cp', ['--reflink=always', path, join(cacheDir, 'before')]);
      const { verifyCache } = createRootdisk(parts);
      const found: VerifiedEntry[] = [];
      for await (const entry of verifyCache({ cacheDir, repair: true, offline: true })) {
        found.push(entry);
      }
      expect(found).toMatchObject([{ state: 'repaired', remade: { from: 'source', blocks: 1 } }]);
      expect(await sha256File(path)).toBe(sha256(disk));
      const own = ownRanges(path);
      expect(own.reduce((sum, [, length]) => sum + length, 0)).toBe(MiB);
      expect(own[0]?.[0]).toBe(3 * MiB);
      await line.releaseAll();
    },
  );
  test.skipIf(why === undefined)(`repair by reflink on ${kind} is not tried: ${why}`, () => {});
}

/** The places where a file shares no block with another one. */
function ownRanges(path: string): [offset: number, length: number][] {
  const listing = execFileSync('filefrag', ['-v', '-s', '-b4096', path], { encoding: 'utf8' });
  const rows = listing.matchAll(/^\s*\d+:\s*(\d+)\.\.\s*(\d+):(.*)$/gm);
  return [...rows]
    .filter(([, , , rest = '']) => !rest.includes('shared'))
    .map(([, first, last]) => [Number(first) * 4096, (Number(last) - Number(first) + 1) * 4096]);
}
