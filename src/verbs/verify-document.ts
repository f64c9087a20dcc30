import type { Digest, DocumentToVerify, SignedDocument } from '../contracts/proof.ts';
import { IntegrityError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { parseChecksums } from '../kit/sums/checksum-list.ts';
import { pickChecksum } from '../kit/sums/pick-checksum.ts';
import { parseValidUntil } from '../kit/valid-until.ts';
import type { BoundParts } from '../parts/bind.ts';
import { callPlugin } from '../parts/call-plugin.ts';
import { checkVerified } from '../parts/check-evidence.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';

export interface VerifyDocumentOptions extends Omit<DocumentToVerify, 'now'> {
  /** The current time; default: now. */
  now?: Date | undefined;
  /** A file name: returns the digest that the signed list states for exactly this name. */
  pick?: string | undefined;
}

/** A document with a valid signature. */
export interface VerifiedDocument extends SignedDocument {
  /** The signed digest of the picked name. */
  digest?: Digest;
}

export type VerifyDocument = (options: VerifyDocumentOptions) => Promise<VerifiedDocument>;

/**
 * `verifyDocument` for the given parts; makes no request. The errors for signatures and lists all have the remedy
 * `integrity`.
 */
export function bindVerifyDocument(parts: BoundParts): VerifyDocument {
  return async (given) => {
    checkOptions(given, optionKinds.verifyDocument, ['document', 'keys', 'name']);
    const { pick, now = new Date(), ...subject } = given;
    const verifier = parts.verifierOf('signature');
    const verify = verifier.verifyDocument?.bind(verifier);
    if (verify === undefined) throw cannotVerify();
    const { signal } = new AbortController();
    const signed = await callPlugin('verifier signature', 'verifyDocument', signal, async () => {
      return checkVerified('verifier signature', await verify({ ...subject, now }));
    });
    const text = new TextDecoder().decode(signed.body);
    const until = parseValidUntil(text);
    const warnings = [...signed.warnings];
    if (until !== undefined && until < now) {
      const message = `${subject.name} expired on ${until.toISOString()}`;
      warnings.push({ code: 'stale', message });
    }
    if (pick === undefined) return { ...signed, warnings };
    const list = parseChecksums(text, { from: subject.name });
    const { digests } = pickChecksum(list, pick, subject.name, { named: true });
    const digest = digests.find((one) => one.startsWith('sha256:')) ?? digests[0];
    return { ...signed, warnings, ...defined({ digest }) };
  };
}

function cannotVerify(): IntegrityError {
  return new IntegrityError({
    code: 'ERR_SIGNATURE',
    message: 'the given verifier for signatures cannot check documents',
    hint: 'Use the built-in one, from rootdisk/verifiers/signature.',
    details: { reason: 'unsupported' },
  });
}
