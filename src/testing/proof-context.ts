import type { AsyncDisposal } from '../contracts/image.ts';
import type { AnyVerifier, Evidence, Proof, ProofContext } from '../contracts/proof.ts';
import { builtIns } from '../index.ts';
import { type DocumentSite, openDocumentSite, type SiteDocuments } from './document-site.ts';

/** The context of a verifier under test. */
export interface ProofContextOptions {
  /** By real address. Other addresses on their origins are 404; other origins are `ERR_NETWORK`. */
  documents?: SiteDocuments | undefined;
  /** Address of the file to be proved; its file name is the last part of the path unless `fileName` is given. */
  url: URL | string;
  fileName?: string | undefined;
  /** The caller's keys, each as text; with `replace` they replace the vendor's keys. Default: none. */
  given?: ProofContext['given'] | undefined;
  /** The level that the call requires; default: `signed`. */
  wanted?: ProofContext['wanted'] | undefined;
  /** The current time for the verifier; default: noon of 2026-11-20. */
  now?: Date | string | undefined;
  signal?: AbortSignal | undefined;
  /** The verifiers that `prove` may use for another document; default: the built-in ones. */
  verifiers?: readonly AnyVerifier[] | undefined;
}

/** A `ProofContext` for a unit test, without a cache; close it when done, or declare it with `await using`. */
export interface TestProofContext extends ProofContext, DocumentSite, AsyncDisposal {
  /** Another context over the same documents, with a new client that has read nothing yet. */
  renew(changes?: Pick<ProofContextOptions, 'now' | 'signal' | 'given' | 'wanted'>): ProofContext;
}

/** Serves documents on loopback under their real addresses, and returns a context for `prove()`. */
export async function createProofContext(options: ProofContextOptions): Promise<TestProofContext> {
  const site = await openDocumentSite(options.documents ?? {}, [new URL(options.url).origin]);
  const { verifiers = builtIns.verifiers } = options;
  const renew: TestProofContext['renew'] = (changes = {}) => {
    const { signal = new AbortController().signal, ...all } = { ...options, ...changes };
    const http = site.client(signal);
    const about = (url: URL, fileName: string): ProofContext => ({
      http,
      signal,
      log: () => {},
      now: new Date(all.now ?? '2026-11-20T12:00:00Z'),
      given: all.given ?? { keys: [], replace: false },
      wanted: all.wanted ?? 'signed',
      fileName,
      url,
      prove: (proof, of) => proveBy(verifiers, proof, about(of.url, of.fileName)),
    });
    const url = new URL(options.url);
    return about(url, options.fileName ?? url.pathname.split('/').at(-1) ?? '');
  };
  return {
    ...renew(),
    get requests() {
      return site.requests;
    },
    put: site.put,
    renew,
    close: site.close,
    [Symbol.asyncDispose]: site.close,
  };
}

/** Calls the verifier for the kind of the proof. */
function proveBy(
  verifiers: readonly AnyVerifier[],
  proof: Proof,
  context: ProofContext,
): Promise<Evidence> {
  const verifier = verifiers.find(({ kind }) => kind === proof.kind);
  if (verifier === undefined) throw new Error(`no verifier for ${proof.kind}`);
  // The verifier of a kind takes proofs of that kind; the compiler cannot pair the two unions.
  const { prove } = verifier as { prove(proof: Proof, context: ProofContext): Promise<Evidence> };
  return prove.call(verifier, proof, context);
}
