import { describe, expect, it } from 'vitest';
import { example } from '../../examples/own-vendor.ts';
import { checkVendor, createVendorContext } from '../../src/testing/index.ts';

const documents = {
  'https://images.example.com/index.json': JSON.stringify([
    { release: '5', arch: 'amd64', build: '20260901', file: 'five-amd64.qcow2' },
    { release: '5', arch: 'arm64', build: '20260901', file: 'five-arm64.qcow2' },
    { release: '4', arch: 'amd64', build: '20250301', file: 'four-amd64.qcow2' },
  ]),
};

describe('examples/own-vendor.ts fulfils the duties of every vendor', () => {
  for (const { title, run } of checkVendor(example, { documents })) it(title, run);
});

it.each([
  ['latest', 'arm64', 'five-arm64.qcow2'],
  ['4', 'amd64', 'four-amd64.qcow2'],
] as const)('%s for %s is %s', async (release, arch, fileName) => {
  await using context = await createVendorContext({ documents });
  const { disk } = await example.resolve({ vendor: 'example', release, arch }, context);
  expect(disk[0]?.fileName).toBe(fileName);
});
