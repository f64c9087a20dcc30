import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { requireNode } from '../require-node.ts';

requireNode();

/** Tests with other programs: docker-registry, skopeo, htpasswd. */
const config: ViteUserConfig = defineConfig({
  test: {
    // Machines that run this are shared; a test that fails three times is broken.
    retry: process.env['CI'] === undefined ? 0 : 2,
    include: ['test/oci/registry/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['verbose'],
  },
});

export default config;
