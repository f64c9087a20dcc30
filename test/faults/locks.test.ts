import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Line, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { makeImage } from './images.ts';
import { Injector } from './syscalls/injector.ts';

const injector = new Injector();
afterAll(() => injector.close());

const image = makeImage('raw.gz', 1);
let line: Line;
beforeEach(async () => {
  line = await startLine();
  const { file, layers, bytes } = image;
  line.offer({ release: '1', snapshot: '20260101', file, layers, digest: sha256(bytes) }, bytes);
});
afterEach(() => line.close());

// NFS without lockd, a server that forbids locks, one that does not answer; and a file system without locks.
const answers = ['ENOLCK', 'EACCES', 'ETIMEDOUT', 'EOPNOTSUPP'];

describe.skipIf(injector.obstacle !== undefined).each(answers)(
  'if every lock is answered with %s',
  (fault) => {
    const everyLock = { kind: 'lock', fault };

    test('an existing disk is returned, with a warning', async () => {
      await line.ensure();
      await line.releaseAll();
      for (const options of [{}, { offline: true }]) {
        const { report } = await injector.run(line, options, everyLock);
        expect(report).toMatchObject({ origin: 'cache', open: [] });
        expect(await sha256File(report?.path ?? '')).toBe(sha256(image.disk));
        expect(report?.warnings.filter(({ code }) => code === 'locks')).toHaveLength(1);
      }
    });

    test('a missing disk is refused before a byte of it is downloaded', async () => {
      const { report } = await injector.run(line, {}, everyLock);
      expect(report?.error).toMatchObject({
        code: 'ERR_CACHE_IO',
        message: expect.stringContaining('locks do not work'),
        hint: expect.stringContaining('NFS'),
      });
      expect(line.asked()).not.toContain(image.file);
      expect((await line.ensure()).origin).toBe('network');
    });
  },
);

test.skipIf(injector.obstacle === undefined)(`no lock is refused: ${injector.obstacle}`, () => {
  expect(injector.obstacle).toBeDefined();
});
