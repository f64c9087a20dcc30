// The packages that the key material comes from, with version and date of the check. Constants, not
// fields of an object: a bundler keeps an object when any code reads one of its fields.
export const ubuntuKeyring = 'Debian package ubuntu-keyring 2023.11.28.1-0.2 (2026-11-20)';
export const debianArchiveKeyring = 'Debian package debian-archive-keyring 2025.1 (2026-11-20)';
export const debianKeyring = 'Debian package debian-keyring 2022.12.24 (2026-11-20)';
export const distributionGpgKeys = 'Debian package distribution-gpg-keys 1.123+ds-1 (2026-11-20)';
export const signifyOpenbsdKeys = 'Debian package signify-openbsd-keys 2026.1 (2026-11-20)';
