import { describe, expect, it } from 'vitest';
import { builtIns } from '../../../src/index.ts';
import { checkVendor } from '../../../src/testing/index.ts';
import { conformanceCases } from './conformance-cases.ts';

it.each(builtIns.vendors)('$id has fixture documents', ({ id }) => {
  expect(Object.keys(conformanceCases)).toContain(id);
});

describe.each(builtIns.vendors)('$id', (vendor) => {
  const own = conformanceCases[vendor.id];
  if (own === undefined) return;
  const { start: documents, request, optional } = own;
  for (const { title, run } of checkVendor(vendor, { documents, request, optional })) {
    it(title, run);
  }
});
