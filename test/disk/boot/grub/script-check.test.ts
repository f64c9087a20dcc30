import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseScript } from '../../../../src/disk/boot/grub/parse-script.ts';
import { script, soup } from './made-scripts.ts';

const program = 'grub-script-check';
const isInstalled = spawnSync(program, ['--version']).error === undefined;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-grub-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function isAccepted(text: string): boolean {
  const path = join(folder, 'grub.cfg');
  writeFileSync(path, text);
  // For a configuration without commands the program fails without a syntax error.
  return !/error/i.test(spawnSync(program, [path], { encoding: 'utf8' }).stderr);
}

describe.skipIf(!isInstalled)(
  `configurations that ${program} accepts are read (package grub-common)`,
  () => {
    test.for([
      ['configurations', script, 0.5],
      ['pieces in any order', soup, 0.02],
    ] as const)('%s', async ([, made, least]) => {
      let accepted = 0;
      let all = 0;
      fc.assert(
        fc.property(made, (text) => {
          all += 1;
          if (!isAccepted(text)) return;
          accepted += 1;
          parseScript(text, 'grub.cfg');
        }),
        { numRuns: 150 },
      );
      expect(accepted / all).toBeGreaterThan(least);
    });
  },
);
