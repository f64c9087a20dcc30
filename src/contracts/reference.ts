/** Ids of the vendors that this package comes with. */
export type BuiltInVendor =
  | 'almalinux'
  | 'almalinux-kitten'
  | 'alpine'
  | 'amazon-linux'
  | 'arch'
  | 'bundle'
  | 'centos-7'
  | 'centos-stream'
  | 'cirros'
  | 'debian'
  | 'fedora'
  | 'fedora-coreos'
  | 'flatcar'
  | 'freebsd'
  | 'gentoo'
  | 'http-index'
  | 'kali'
  | 'oci'
  | 'omnios'
  | 'openbsd'
  | 'opensuse-leap'
  | 'opensuse-tumbleweed'
  | 'oracle'
  | 'rocky'
  | 'simplestreams'
  | 'talos'
  | 'ubuntu';

/** Id of a vendor. Any text is one; editors offer the built-in ones. */
export type VendorId = BuiltInVendor | (string & {});

/**
 * `vendor[:release][@snapshot]`, `oci:HOST/REPOSITORY[:TAG][@DIGEST]`, an address, or a path that begins with `.` or `/`. Any text is one; editors offer the
 * built-in vendors and their latest releases.
 */
export type ImageReference = BuiltInVendor | `${BuiltInVendor}:latest` | (string & {});
