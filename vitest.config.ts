import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { requireNode } from './test/require-node.ts';

requireNode();

const config: ViteUserConfig = defineConfig({
  test: {
    // Machines that run this are shared; what fails three times is broken.
    retry: process.env['CI'] === undefined ? 0 : 2,
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/samples/**',
      'test/package/**',
      'test/e2e/**',
      'test/faults/**',
      'node_modules/**',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});

export default config;
