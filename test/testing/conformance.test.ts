import { describe, expect, it } from 'vitest';
import { acmez } from '../../examples/acme-vendor/src/acmez.ts';
import { receipts } from '../../examples/acme-vendor/src/receipts.ts';
import { createAcmeOs } from '../../examples/acme-vendor/src/vendor.ts';
import {
  formatSample,
  testKey,
  vendorSample,
  verifierSample,
} from '../../examples/acme-vendor/test/samples.ts';
import { fileSystemCases } from '../../src/testing/conformance/file-system-cases.ts';
import { formatCases } from '../../src/testing/conformance/format-cases.ts';
import { tierCases } from '../../src/testing/conformance/tier-cases.ts';
import { vendorCases } from '../../src/testing/conformance/vendor-cases.ts';
import { verifierCases } from '../../src/testing/conformance/verifier-cases.ts';
import { volumeCases } from '../../src/testing/conformance/volume-cases.ts';
import { writerCases } from '../../src/testing/conformance/writer-cases.ts';
import {
  checkFileSystem,
  checkFormat,
  checkTier,
  checkVendor,
  checkVerifier,
  checkVolumes,
} from '../../src/testing/index.ts';
import { fileSystemMutants } from './mutants/file-system-mutants.ts';
import { buildFlatVolume, flat, flatSample } from './mutants/flat-files.ts';
import { formatMutants } from './mutants/format-mutants.ts';
import { rejectionOf } from './mutants/part-mutant.ts';
import { openShelf, tierMutants } from './mutants/tier-mutants.ts';
import { vendorMutants } from './mutants/vendor-mutants.ts';
import { verifierMutants } from './mutants/verifier-mutants.ts';
import { cut, cutSample, volumeMutants } from './mutants/volume-mutants.ts';
import { writerMutants } from './mutants/writer-mutants.ts';

describe('good parts pass', () => {
  const cases = [
    ...checkVendor(createAcmeOs(testKey), vendorSample),
    ...checkFormat(acmez, formatSample),
    ...checkVerifier(receipts, verifierSample),
    ...checkFileSystem(flat, { bytes: buildFlatVolume(), ...flatSample }),
    ...checkVolumes(cut, cutSample),
    ...checkTier({ open: async () => openShelf() }),
  ];
  for (const { title, run } of cases) it(title, run);
});

const mutants = [
  ...vendorMutants,
  ...formatMutants,
  ...verifierMutants,
  ...writerMutants,
  ...fileSystemMutants,
  ...volumeMutants,
  ...tierMutants,
];

it('every case has a mutant', () => {
  const ids = [
    ...vendorCases,
    ...formatCases,
    ...verifierCases,
    ...writerCases,
    ...fileSystemCases,
    ...volumeCases,
    ...tierCases,
  ].map(({ id }) => id);
  expect(new Set(mutants.map(({ id }) => id))).toEqual(new Set(ids));
});

it.each(mutants)('$id rejects: $what', async (mutant) => {
  expect(await rejectionOf(mutant)).toBeInstanceOf(Error);
});

it('the titles of several samples contain their names', () => {
  const two = checkFormat(acmez, [{ ...formatSample, name: 'small' }, formatSample]);
  expect(two.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['format/decodes/small', 'format/decodes/2']),
  );
});
