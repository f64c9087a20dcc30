import { describe, expect, test } from 'vitest';
import type { BootPart } from '../../../src/contracts/disk/boot.ts';
import { bootOf, esp, kernel, osRelease, refusalOf, startOf } from './boot-disk.ts';
import { makeUki } from './make-uki.ts';
import type { MemoryFiles } from './memory-files.ts';

const osrel = 'ID=acme\nPRETTY_NAME="Acme 7"\nVERSION_ID=7\n';
const espOf = (files: MemoryFiles) => ({
  type: esp,
  files: Object.fromEntries(
    Object.entries(files).map(([name, content]) => [`EFI/Linux/${name}`, content]),
  ),
});
const textOf = async (part: BootPart | undefined): Promise<string> => {
  const opened = await part?.open();
  return Buffer.from((await opened?.read(0, 1000)) ?? []).toString();
};

test('sections are cut at their virtual size, microcode comes first', async () => {
  const uki = makeUki([
    ['.sbat', 'sbat'],
    ['.osrel', osrel],
    ['.cmdline', 'quiet  rw\n\0hidden'],
    ['.uname', '6.17.1-acme\0'],
    ['.initrd', 'initrd'],
    ['.ucode', 'ucode'],
    ['.linux', kernel],
  ]);
  const disk = [espOf({ 'acme.efi': uki })];
  const { entry, system, warnings } = await bootOf(disk);
  expect(entry).toMatchObject({
    loader: 'uki',
    id: 'acme.efi',
    title: 'Acme 7',
    version: '6.17.1-acme',
    cmdline: 'quiet rw',
    kernel: { file: 'p1:/EFI/Linux/acme.efi#.linux', kind: 'bzimage/amd64', sizeBytes: 4096 },
  });
  expect(system).toEqual({ id: 'acme', version: '7', name: 'Acme 7' });
  expect(warnings).toEqual([]);
  expect(await Promise.all(entry.initrd.map(textOf))).toEqual(['ucode', 'initrd']);
});

test('profile 0 replaces the base, later profiles do not', async () => {
  const uki = makeUki([
    ['.linux', kernel],
    ['.cmdline', 'base'],
    ['.initrd', 'initrd'],
    ['.profile', 'ID=main'],
    ['.cmdline', 'main'],
    ['.profile', 'ID=debug'],
    ['.cmdline', 'debug'],
  ]);
  expect(await startOf([espOf({ 'a.efi': uki })])).toEqual([
    'p1:/EFI/Linux/a.efi#.linux',
    'p1:/EFI/Linux/a.efi#.initrd',
    'main',
  ]);
});

test('images are ordered by the version of their system; other programs are ignored', async () => {
  const image = (version: string) =>
    makeUki([
      ['.osrel', `ID=acme\nVERSION_ID=${version}\n`],
      ['.linux', kernel],
    ]);
  const { menu, warnings } = await bootOf([
    espOf({
      'a.efi': image('9'),
      'b.efi': image('10'),
      'c+0-3.efi': image('11'),
      'tool.efi': makeUki([['.text', 'code']]),
      'text.efi': 'no program',
      'b.efi.extra.d/x.addon.efi': makeUki([['.cmdline', 'more']]),
    }),
  ]);
  expect(menu.map(({ id }) => id)).toEqual(['b.efi', 'a.efi', 'c.efi']);
  expect(warnings).toEqual([expect.stringContaining('b.efi has addons')]);
});

test('the os-release of the root on the disk is preferred to that of the image', async () => {
  const uki = makeUki([
    ['.osrel', 'ID=other\n'],
    ['.linux', kernel],
  ]);
  const { system } = await bootOf([espOf({ 'a.efi': uki }), { files: osRelease }]);
  expect(system?.id).toBe('acme');
});

test('an entry of type 1 may name an image', async () => {
  const uki = makeUki([
    ['.cmdline', 'of the image'],
    ['.linux', kernel],
  ]);
  const files = { 'loader/entries/x.conf': 'uki /u.efi\n', 'u.efi': uki };
  expect(await startOf([{ type: esp, files }])).toEqual(['p1:/u.efi#.linux', 'of the image']);
});

describe('refused', () => {
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const uki = makeUki([
      ['.linux', kernel],
      ['.cmdline', 'x'],
    ]);
    change(uki);
    return uki;
  };
  const row = 128 + 24 + 240;

  test.each([
    [
      'the same section twice',
      makeUki([
        ['.linux', kernel],
        ['.linux', kernel],
      ]),
      'ERR_DECODE corrupt-table',
    ],
    [
      'a kernel beyond the file',
      changed((b) => b.writeUInt32LE(1 << 30, row + 20)),
      'ERR_DECODE truncated',
    ],
    [
      'a text beyond the file',
      changed((b) => b.writeUInt32LE(1 << 30, row + 60)),
      'ERR_DECODE truncated',
    ],
    ['too many sections', changed((b) => b.writeUInt16LE(97, 134)), 'ERR_LIMIT limit'],
    [
      'a table beyond the file',
      changed((b) => b.writeUInt16LE(65_535, 148)),
      'ERR_DECODE truncated',
    ],
    [
      'a long command line',
      makeUki([
        ['.linux', kernel],
        ['.cmdline', 'x'.repeat(65_537)],
      ]),
      'ERR_LIMIT limit',
    ],
    ['an invalid kernel', makeUki([['.linux', 'no kernel']]), 'ERR_DECODE corrupt-data'],
  ])('%s', async (_, uki, refusal) => {
    expect(await refusalOf(bootOf([espOf({ 'a.efi': uki })]))).toBe(refusal);
  });
});
