import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { requireNode } from '../require-node.ts';

requireNode();

const config: ViteUserConfig = defineConfig({
  test: {
    // Machines that run this are shared; a test that fails three times is broken.
    retry: process.env['CI'] === undefined ? 0 : 2,
    include: ['test/e2e/*.e2e.ts'],
    testTimeout: 20 * 60_000,
    hookTimeout: 30 * 60_000,
    fileParallelism: false,
    reporters: ['verbose'],
  },
});

export default config;
