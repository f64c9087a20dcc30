import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commonOptions } from '../../src/cli/args/option-groups.ts';
import { options } from '../../src/cli/args/options.ts';
import { commands } from '../../src/cli/commands/every.ts';
import { formatMan } from '../../tools/man/format-man.ts';

const page = formatMan(commands, '1.2.3');
const hasMan = spawnSync('groff', ['--version']).status === 0;

/** Text in troff's output. */
const plain = page
  .replaceAll('\\-', '-')
  .replaceAll('\\(dq', '"')
  .replaceAll('\\fB', '')
  .replaceAll('\\fR', '');

test('the manual page has every command, its options and its examples', () => {
  for (const { name, summary, options: own, examples } of commands) {
    expect(plain).toContain(`.SS "rootdisk ${name}`);
    expect(plain).toContain(summary.replaceAll('…', '...'));
    for (const option of [...own, ...commonOptions]) {
      expect(plain).toMatch(new RegExp(`(?:^|, )--${option}\\b`, 'm'));
      expect(plain).toContain(options[option].help.replaceAll('…', '...'));
    }
    for (const [line] of examples)
      expect(plain).toContain(`\\&  ${line.replaceAll('\\', '\\e').replaceAll('…', '...')}`);
  }
});

test('no text of the table begins a line like a macro', () => {
  const macros = new Set(['.TH', '.SH', '.SS', '.TP', '.PP', '.B', '.I', '.nf', '.fi']);
  const used = page.split('\n').flatMap((line) => line.match(/^[.']\S*/)?.[0] ?? []);
  expect(used.filter((macro) => !macros.has(macro))).toEqual([]);
});

test.skipIf(!hasMan)('groff reads the page without a warning', () => {
  const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-z'], { input: page });
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
});
