import type { Format } from '../contracts/format.ts';
import type { Proof, Verifier } from '../contracts/proof.ts';
import type { Vendor } from '../contracts/vendor.ts';
import { UsageError } from '../errors.ts';

const idPattern = /^[a-z0-9][a-z0-9-]*$/;

/** Types a vendor and checks its id and version at once; gives back the same object. */
export function defineVendor<V extends Vendor>(vendor: V): V {
  checkId('vendor', vendor.id);
  if (vendor.apiVersion !== 1) throw invalid(`vendor ${vendor.id}: apiVersion must be 1`);
  if (typeof vendor.resolve !== 'function') throw invalid(`vendor ${vendor.id}: no resolve()`);
  return vendor;
}

/** Types a codec, archive or disk format and checks its id at once; gives back the same object. */
export function defineFormat<F extends Format>(format: F): F {
  checkId('format', format.id);
  if (typeof format.detect !== 'function') throw invalid(`format ${format.id}: no detect()`);
  return format;
}

/** Types a verifier; gives back the same object. */
export function defineVerifier<K extends Proof['kind']>(verifier: Verifier<K>): Verifier<K> {
  if (typeof verifier.prove !== 'function') throw invalid(`verifier ${verifier.kind}: no prove()`);
  return verifier;
}

function checkId(what: string, id: string): void {
  if (!idPattern.test(id)) {
    throw invalid(`${what} id ${JSON.stringify(id)} must be lower-case letters, digits and dashes`);
  }
}

function invalid(message: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint: 'Correct the plug-in; its shape is documented in rootdisk/kit.',
    details: {},
  });
}
