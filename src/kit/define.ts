import type { Format } from '../contracts/format.ts';
import type { Proof, Verifier } from '../contracts/proof.ts';
import type { Vendor } from '../contracts/vendor.ts';
import { UsageError } from '../errors.ts';

const idPattern = /^[a-z0-9][a-z0-9-]*$/;

/** Types a vendor and checks its shape at once (`ERR_INVALID_REQUEST` names what is wrong); gives back the same object. */
export function defineVendor<V extends Vendor>(vendor: V): V {
  checkId('vendor', vendor.id);
  if (typeof vendor.title !== 'string') throw invalid(`vendor ${vendor.id}: no title`);
  if (vendor.apiVersion !== 1) throw invalid(`vendor ${vendor.id}: apiVersion must be 1`);
  if (typeof vendor.resolve !== 'function') throw invalid(`vendor ${vendor.id}: no resolve()`);
  return vendor;
}

const formatMethods = { codec: 'decode', archive: 'entries', disk: 'open' } as const;
const proofKinds: readonly Proof['kind'][] = ['digest', 'checksums', 'signature', 'tls'];

/** Types a codec, archive or disk format and checks its shape at once; gives back the same object. */
export function defineFormat<F extends Format>(format: F): F {
  checkId('format', format.id);
  if (!Object.hasOwn(formatMethods, format.kind)) {
    throw invalid(`format ${format.id}: kind must be codec, archive or disk`);
  }
  for (const method of ['detect', formatMethods[format.kind]]) {
    if (typeof Reflect.get(format, method) !== 'function') {
      throw invalid(`format ${format.id}: no ${method}()`);
    }
  }
  return format;
}

/** Types a verifier and checks its shape at once; gives back the same object. */
export function defineVerifier<K extends Proof['kind']>(verifier: Verifier<K>): Verifier<K> {
  if (!proofKinds.includes(verifier.kind)) {
    throw invalid(
      `verifier kind ${JSON.stringify(verifier.kind)} must be one of ${proofKinds.join(', ')}`,
    );
  }
  if (typeof verifier.prove !== 'function') throw invalid(`verifier ${verifier.kind}: no prove()`);
  return verifier;
}

function checkId(what: string, id: unknown): void {
  if (typeof id !== 'string' || !idPattern.test(id)) {
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
