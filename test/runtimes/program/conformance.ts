import assert from 'node:assert/strict';
import { builtIns } from 'rootdisk';
import {
  buildXzFile,
  type ConformanceCase,
  checkFormat,
  checkVendor,
  checkVerifier,
} from 'rootdisk/testing';
import { acmez } from '../../../examples/acme-vendor/src/acmez.ts';
import { receipts } from '../../../examples/acme-vendor/src/receipts.ts';
import { createAcmeOs } from '../../../examples/acme-vendor/src/vendor.ts';
import {
  content,
  formatSample,
  testKey,
  vendorSample,
  verifierSample,
} from '../../../examples/acme-vendor/test/samples.ts';
import { documents } from '../../vendors/documents/rocky.ts';
import type { Step } from './step.ts';

/** The suites that plug-ins are tested with, on built-in parts and on those of the example. */
export function conformanceSteps(): Step[] {
  const rocky = builtIns.vendors.find(({ id }) => id === 'rocky');
  const xz = builtIns.formats.find((format) => format.id === 'xz');
  assert.ok(rocky !== undefined && xz?.kind === 'codec');
  return [
    suite('rocky, a vendor of the package', checkVendor(rocky, { documents })),
    suite('xz, a format of the package', checkFormat(xz, { bytes: buildXzFile(content), content })),
    suite("the example's vendor", checkVendor(createAcmeOs(testKey), vendorSample)),
    suite("the example's format", checkFormat(acmez, formatSample)),
    suite("the example's verifier", checkVerifier(receipts, verifierSample)),
  ];
}

function suite(name: string, cases: ConformanceCase[]): Step {
  return {
    title: `conformance: ${name}, ${cases.length} cases`,
    async run() {
      const failures: string[] = [];
      for (const { id, run } of cases) {
        await run().catch((error: unknown) => failures.push(`${id}: ${error}`));
      }
      assert.deepEqual(failures, []);
    },
  };
}
