import { expect, test } from 'vitest';
import type { DiskContent } from '../../src/contracts/disk/opened-disk.ts';
import { fitRoot, rewriteRoot } from '../../src/launch/root-form.ts';

const uuid = '0b0c0d0e-1111-2222-3333-444455556666';
const volume = {
  ...{ name: 'p2', number: 2, sizeBytes: 1024 ** 3 },
  fileSystem: { id: 'ext4', uuid },
};
const content: DiskContent = {
  volumes: [volume],
  roots: [{ volume: 'p2' }],
  warnings: [],
};

test.each(['', 'console=ttyS0', 'console=ttyS0,115200'])(
  'a line without a configuration gets the root of the disk: %j',
  (line) => {
    const { cmdline, root } = fitRoot(line, content, true);
    expect(cmdline).toBe(`${line} root=UUID=${uuid}`.trim());
    expect(root).toEqual({ used: `UUID=${uuid}` });
  },
);

test('a configured line without root= is left to its initrd', () => {
  expect(fitRoot('quiet console=ttyS0', content, true)).toEqual({
    cmdline: 'quiet console=ttyS0',
    warnings: [],
  });
});

test('a form that the root does not have is an error, without a configured root too', () => {
  for (const line of ['', `root=UUID=${uuid}`]) {
    expect(() => rewriteRoot(line, content, 'partlabel')).toThrow(
      expect.objectContaining({
        code: 'ERR_NOT_FOUND',
        hint: 'Use one of: uuid, device.',
      }),
    );
  }
  expect(rewriteRoot('', content, 'uuid').cmdline).toBe(`root=UUID=${uuid}`);
});
