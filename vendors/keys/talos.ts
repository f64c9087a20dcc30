/**
 * The signer of Talos' release assets, which uses Sigstore without a key: an identity as a regular
 * expression, and the issuer that confirms it.
 */
export const talosSigner: { identity: string; issuer: string; origin: string } = {
  identity:
    '^([^@]+@siderolabs\\.com|releasemgr-svc@talos-production\\.iam\\.gserviceaccount\\.com)$',
  issuer: 'https://accounts.google.com',
  origin:
    'docs.siderolabs.com v1.13, where it is documented for container images (2026-11-20); for release assets not seen yet',
};
