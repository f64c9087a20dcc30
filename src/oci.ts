/**
 * An OCI registry as the shared tier of a fleet: one host fetches an image from upstream, the others get it from the registry.
 *
 * @module
 */
export type { HerdSettings } from './oci/herd/herd.ts';
export { type RegistryTierOptions, registryTier } from './oci/registry-tier.ts';
