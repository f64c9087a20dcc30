/** Ids of the vendors in this package. */
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

/** Id of a vendor: any text; editors suggest the built-in ones. */
export type VendorId = BuiltInVendor | (string & {});

/**
 * `vendor[:release][@snapshot]`, `oci:HOST/REPOSITORY[:TAG][@DIGEST]`, an address, or a path that begins with `.` or
 * `/`. The type accepts any text; editors suggest the built-in vendors and their latest releases.
 */
export type ImageReference = BuiltInVendor | `${BuiltInVendor}:latest` | (string & {});
