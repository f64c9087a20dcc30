/** Credentials for a registry. */
export type RegistryLogin =
  | { username: string; password: string }
  /** A refresh token, which the token service exchanges for access tokens. */
  | { identityToken: string }
  /** A bearer token for the registry itself. */
  | { registryToken: string };
