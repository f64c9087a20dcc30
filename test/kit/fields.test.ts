import { describe, expect, test } from 'vitest';
import { parseAssignments, parseFields } from '../../src/kit.ts';

describe('parseFields', () => {
  test('the head of a Release file', () => {
    const fields = parseFields(
      [
        'Origin: Debian',
        'Suite: stable',
        'Version: 13.7',
        'Codename: trixie',
        'Changelogs: https://metadata.ftp-master.debian.org/changelogs/@CHANGEPATH@_changelog',
        'Empty:',
        'Description: Debian 13.7',
        ' Released 12 September 2026',
        'SHA256:',
        ' 3957f28d 1 a',
        ' 3e9a121d 2 b',
        'Suite: twice',
        '',
        'Codename: of the next paragraph',
      ].join('\r\n'),
    );
    expect(Object.fromEntries(fields)).toEqual({
      Origin: 'Debian',
      Suite: 'stable',
      Version: '13.7',
      Codename: 'trixie',
      Changelogs: 'https://metadata.ftp-master.debian.org/changelogs/@CHANGEPATH@_changelog',
      Empty: '',
      Description: 'Debian 13.7\nReleased 12 September 2026',
      SHA256: '\n3957f28d 1 a\n3e9a121d 2 b',
    });
  });

  test('leading blank lines, comments, lines without a field and a cut end', () => {
    const fields = parseFields('\ufeff\n\n# a comment\nstray line\n with more\nSuite: sid\nCoden');
    expect([...fields]).toEqual([['Suite', 'sid']]);
  });

  test("a name like an object's own method is an ordinary name", () => {
    expect(parseFields('a: b').get('constructor')).toBeUndefined();
    expect(parseFields('__proto__: b').get('__proto__')).toBe('b');
  });

  test.each([
    ['nothing', '', /no fields/],
    ['prose', 'Service unavailable\n', /no fields/],
    ['HTML', '<html>\nmargin: 0\n</html>', /HTML/],
    [
      'a clear-signed text',
      '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\n',
      /clear-signed/,
    ],
  ])('%s is refused', (_title, text, message) => {
    expect(() => parseFields(text, 'https://x.test/Release')).toThrow(
      expect.objectContaining({ code: 'ERR_METADATA', message: expect.stringMatching(message) }),
    );
    expect(() => parseFields(text, 'https://x.test/Release')).toThrow('https://x.test/Release');
  });
});

describe('parseAssignments', () => {
  test('a version file and os-release lines', () => {
    const text = [
      '# comment',
      'FLATCAR_VERSION=4081.2.0',
      'FLATCAR_BUILD_ID="2026-01-02 \\"x\\" \\$y"',
      "NAME='Fedora Linux'",
      'export A_B=c=d',
      'EMPTY=',
      '',
      'AFTER=blank',
      'AFTER=last',
      'not a line',
      'HALF="open',
    ].join('\r\n');
    expect(Object.fromEntries(parseAssignments(text))).toEqual({
      FLATCAR_VERSION: '4081.2.0',
      FLATCAR_BUILD_ID: '2026-01-02 "x" $y',
      NAME: 'Fedora Linux',
      A_B: 'c=d',
      EMPTY: '',
      AFTER: 'last',
      HALF: '"open',
    });
  });

  test('a page without any assignment is refused', () => {
    expect(() => parseAssignments('<html>\nx=1\n')).toThrow(/HTML/);
    expect(() => parseAssignments('gone', 'version.txt')).toThrow(/version\.txt holds no fields/);
  });
});
