import { expect, test } from 'vitest';
import {
  type DownloadNote,
  formatNote,
  isResumable,
  noteFor,
  parseNote,
} from '../../src/download/resume-note.ts';

const address = new URL('https://user:secret@images.example/disk.img?token=secret');
const about = {
  sizeBytes: 1000,
  validators: { etag: '"one"', lastModified: 'Tue, 06 Jan 2026 12:00:00 GMT' },
  ranges: true,
  joined: false,
};

test.each<DownloadNote>([
  noteFor(address, about),
  noteFor(address, { ...about, sizeBytes: undefined, validators: {}, joined: true }),
  noteFor(address, { ...about, readyBytes: 500 }),
])('a note is read back as written', (note) => {
  expect(parseNote(formatNote(note))).toEqual(note);
});

test('a note contains no secrets, but distinguishes addresses', () => {
  const note = noteFor(address, about);
  expect(formatNote(note)).not.toContain('secret');
  expect(note.addressHash).not.toBe(
    noteFor(new URL('https://images.example/disk.img'), about).addressHash,
  );
});

const text = formatNote(noteFor(address, about));
test.each([
  ['nothing', ''],
  ['an incomplete one', text.slice(0, -10)],
  ['a list', '[]'],
  ['no address', text.replace('addressHash', 'other')],
  ['a negative length', text.replace('1000', '-1')],
  ['a weak tag', text.replace('\\"one\\"', 'W/\\"one\\"')],
  ['a tag with a line break', text.replace('one', 'o\\nne')],
  ['an invalid date', text.replace('Tue, 06 Jan 2026', 'once')],
])('%s is not a note', (_what, bad) => {
  expect(bad).not.toBe(text);
  expect(() => parseNote(bad)).toThrow();
});

test('only a download with a strong validator can be resumed', () => {
  expect(isResumable(noteFor(address, about))).toBe(true);
  expect(isResumable(noteFor(address, { ...about, validators: {} }))).toBe(false);
  expect(isResumable(undefined)).toBe(false);
});
