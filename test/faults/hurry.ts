import { vi } from 'vitest';

// Times and counts are not options, and with the real values one server that never answers takes minutes.
vi.mock(import('../../src/http/retry.ts'), async (original) => {
  const module = await original();
  const short = { connectMs: 5000, stallMs: 1000, attempts: 3, backoffBaseMs: 1, backoffCapMs: 4 };
  return { ...module, defaultTuning: { ...module.defaultTuning, ...short } };
});
