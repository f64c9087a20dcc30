/** Who asks a registry. */
export type RegistryLogin =
  | { username: string; password: string }
  /** A refresh token: the token service gives others for it. */
  | { identityToken: string }
  /** A bearer token for the registry itself. */
  | { registryToken: string };
