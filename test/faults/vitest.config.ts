import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { requireNode } from '../require-node.ts';

requireNode();

const config: ViteUserConfig = defineConfig({
  test: {
    // Machines that run this are shared; a test that fails three times is broken.
    retry: process.env['CI'] === undefined ? 0 : 2,
    include: ['test/faults/*.test.ts'],
    setupFiles: ['test/faults/hurry.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});

export default config;
