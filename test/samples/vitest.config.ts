import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { requireNode } from '../require-node.ts';

// Absolute, so that tests may run in any folder; a run with a samples folder that does not exist fails here.
const samples = join(process.cwd(), process.env['ROOTDISK_SAMPLES'] ?? '../shared');
const folder = process.env['ROOTDISK_SAMPLES']?.startsWith('/')
  ? process.env['ROOTDISK_SAMPLES']
  : samples;
if (!existsSync(join(folder, 'images', 'good', 'MANIFEST.tsv'))) {
  throw new Error(`no samples in ${folder}: set ROOTDISK_SAMPLES to the folder that holds images/`);
}
process.env['ROOTDISK_SAMPLES'] = folder;

requireNode();

const config: ViteUserConfig = defineConfig({
  test: {
    // Machines that run this are shared; a test that fails three times is broken.
    retry: process.env['CI'] === undefined ? 0 : 2,
    include: ['test/samples/**/*.test.ts'],
    env: { ROOTDISK_SAMPLES: folder },
    testTimeout: 120_000,
    maxWorkers: 2,
  },
});

export default config;
