import { expect, test } from 'vitest';
import { isImageError } from '../../../src/errors.ts';
import { bootOf, esp, kernel, osRelease, type Partition } from './boot-disk.ts';
import { makeUki } from './make-uki.ts';

/** Numbers of a fixed sequence (mulberry32), so that a failure can be repeated. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

const uki = makeUki([
  ['.osrel', 'ID=acme\nVERSION_ID=7\n'],
  ['.uname', '6.1'],
  ['.cmdline', 'quiet'],
  ['.initrd', 'initrd'],
  ['.linux', kernel],
  ['.profile', 'ID=x'],
  ['.cmdline', 'profile'],
]);
const headBytes = 128 + 24 + 240 + 7 * 40;
const entry =
  'title Acme\nversion 6.1\nmachine-id 1\nsort-key acme\nlinux /k\ninitrd /i\noptions root=LABEL=x ro\narchitecture x64\n';
const extlinux =
  'default menu.c32\nappend all\nlabel a\n menu label A\n linux /k\n initrd /i\n append ro\nlabel b\n menu default\n kernel /k\nmenu include more.cfg\n';
const words = ['\n', '\0', ' ', '..', '/', 'label', 'linux', 'include', '+', '\u{feff}', '$x', '='];

/** Changes bytes of the first `within`, cuts off a length, or inserts a word. */
function change(bytes: Buffer, within: number, next: (below: number) => number): Buffer {
  const changed = Buffer.from(bytes);
  for (let count = next(4) + 1; count > 0; count -= 1) {
    const at = next(within);
    const kind = next(3);
    if (kind === 0) changed[at] = next(256);
    else if (kind === 1) changed.fill(next(2) * 255, at, at + 4);
    else changed[at] = (changed[at] ?? 0) ^ (1 << next(8));
  }
  return next(8) === 0 ? changed.subarray(0, next(changed.length)) : changed;
}

function changeText(text: string, next: (below: number) => number): string {
  const at = next(text.length);
  const word = words[next(words.length)] ?? '';
  return text.slice(0, at) + word + text.slice(at + next(12));
}

const rounds = 1000;

test.each<[string, (next: (below: number) => number) => Partition]>([
  [
    'the headers of a unified kernel image',
    (next) => ({ type: esp, files: { 'EFI/Linux/a.efi': change(uki, headBytes, next) } }),
  ],
  [
    'an entry of the Boot Loader Specification',
    (next) => ({
      type: esp,
      files: { 'loader/entries/a+3-1.conf': changeText(entry, next), k: kernel, i: 'i' },
    }),
  ],
  [
    'a configuration of extlinux',
    (next) => ({
      files: {
        ...osRelease,
        'boot/extlinux.conf': changeText(changeText(extlinux, next), next),
        'boot/more.cfg': changeText(extlinux, next),
        k: kernel,
        i: 'i',
      },
    }),
  ],
])('%s, changed: is read or refused with a typed error', async (_, make) => {
  const next = sequence(20_261_128);
  const count = { read: 0, refused: 0 };
  for (let round = 0; round < rounds; round += 1) {
    try {
      const { entry: found } = await bootOf([make(next)]);
      for (const part of [found.kernel, ...found.initrd]) {
        const opened = await part.open();
        const bytes = await opened.read(0, opened.sizeBytes);
        // Returned files are whole and have their stated length.
        expect([bytes.length, opened.sizeBytes]).toEqual([part.sizeBytes, part.sizeBytes]);
      }
      expect(found.kernel.kind).toMatch(/^[a-z0-9()-]+(?:\/[a-z0-9]+)?$/);
      count.read += 1;
    } catch (error) {
      if (!isImageError(error)) throw error;
      count.refused += 1;
    }
  }
  expect(count.read).toBeGreaterThan(rounds / 20);
  expect(count.refused).toBeGreaterThan(rounds / 20);
});
