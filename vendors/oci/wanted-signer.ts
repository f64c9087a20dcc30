import { type ImageRequest, UsageError } from '../../src/kit.ts';
import { readParameters } from '../shared/parameters.ts';

/** Who must have signed an image, by the parameters of the call. */
export interface WantedSigner {
  identity: string;
  issuer: string;
}

/** Both parameters or none of them. */
export function readWantedSigner(request: ImageRequest): WantedSigner | undefined {
  const { identity, issuer } = readParameters(request, ['identity', 'issuer']);
  if (identity !== undefined && issuer !== undefined) return { identity, issuer };
  if (identity === undefined && issuer === undefined) return undefined;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'oci: an identity counts only together with its issuer',
    hint: 'Give both as parameters: identity=… and issuer=….',
    details: { field: identity === undefined ? 'identity' : 'issuer' },
  });
}
