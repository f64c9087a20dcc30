import { refuseSignature } from '../../src/kit.ts';

/**
 * The types of statements by `cosign sign` about an image; other predicates are claims about it and do not name its
 * signer.
 */
const signed = 'https://sigstore.dev/cosign/sign/v1';
const statements = ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1'];

/** The sha256 digests of the subjects of a signed statement (in-toto, in a DSSE envelope). */
export function readSubjects(
  envelope: { payloadType: string; payload: Uint8Array },
  name: string,
): string[] {
  const statement = parse(envelope.payload, name);
  const isKnown =
    envelope.payloadType === 'application/vnd.in-toto+json' && statements.includes(statement.type);
  if (!isKnown) {
    throw refuseSignature('unsupported', `${name}: its bundle has no in-toto statement`);
  }
  if (statement.predicate !== signed) {
    throw refuseSignature(
      'unsupported',
      `${name}: its bundle is not a signature, but a statement of the kind ${JSON.stringify(statement.predicate.slice(0, 200))}`,
      { hint: 'Name the identity that signs the image itself (cosign sign).' },
    );
  }
  return statement.subjects;
}

function parse(
  payload: Uint8Array,
  name: string,
): { type: string; predicate: string; subjects: string[] } {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString());
    const subjects = member(value, 'subject');
    return {
      type: String(member(value, '_type')),
      predicate: String(member(value, 'predicateType')),
      subjects: (Array.isArray(subjects) ? subjects : []).map((one) =>
        String(member(member(one, 'digest'), 'sha256')),
      ),
    };
  } catch (cause) {
    throw refuseSignature('malformed', `${name}: its bundle has no JSON`, { cause });
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
