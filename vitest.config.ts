import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { requireNode } from './test/require-node.ts';

requireNode();
const root: string = fileURLToPath(new URL('.', import.meta.url));

const config: ViteUserConfig = defineConfig({
  resolve: {
    // Examples import the package by its name, as its users do.
    alias: [
      { find: /^rootdisk$/, replacement: `${root}src/index.ts` },
      { find: /^rootdisk\/testing$/, replacement: `${root}src/testing/index.ts` },
      { find: /^rootdisk\/(core|kit|oci)$/, replacement: `${root}src/$1.ts` },
    ],
  },
  test: {
    // Machines that run this are shared; what fails three times is broken.
    retry: process.env['CI'] === undefined ? 0 : 2,
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/samples/**',
      'test/package/**',
      'test/e2e/**',
      'test/faults/**',
      'test/oci/registry/**',
      'node_modules/**',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});

export default config;
