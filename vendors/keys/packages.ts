/** The packages that the material comes from, with the version and the day it was looked at. */
export const packages: {
  ubuntuKeyring: string;
  debianArchiveKeyring: string;
  debianKeyring: string;
  distributionGpgKeys: string;
  signifyOpenbsdKeys: string;
} = {
  ubuntuKeyring: 'Debian package ubuntu-keyring 2023.11.28.1-0.2 (2026-11-20)',
  debianArchiveKeyring: 'Debian package debian-archive-keyring 2025.1 (2026-11-20)',
  debianKeyring: 'Debian package debian-keyring 2022.12.24 (2026-11-20)',
  distributionGpgKeys: 'Debian package distribution-gpg-keys 1.123+ds-1 (2026-11-20)',
  signifyOpenbsdKeys: 'Debian package signify-openbsd-keys 2026.1 (2026-11-20)',
};
