import type { Vendor } from '../../contracts/vendor.ts';
import { bindCases, type ConformanceCase, type Several } from './case.ts';
import { vendorCases } from './vendor-cases.ts';
import type { VendorSample } from './vendor-subject.ts';

/**
 * The requirements for every vendor, as cases for any test runner: `for (const { title, run } of checkVendor(acme,
 * samples)) test(title, run)`.
 */
export function checkVendor(vendor: Vendor, samples: Several<VendorSample>): ConformanceCase[] {
  return bindCases(vendorCases, samples, (sample) => ({ vendor, sample }));
}
