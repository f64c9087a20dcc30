/** A version 2 manifest of an image for SmartOS and Triton, as this package writes it. */
export interface ImageManifest {
  v: 2;
  /** Absent in a plan while the sha256 of the published file is unknown. */
  uuid?: string;
  owner: string;
  name: string;
  version: string;
  state: 'active';
  disabled: false;
  public: true;
  published_at: string;
  type: 'zvol';
  os: 'linux' | 'bsd' | 'illumos' | 'other';
  description: string;
  /** Absent in a plan, because the stream does not exist yet. */
  files?: [{ sha1: string; size: number; compression: 'gzip' }];
  nic_driver: 'virtio';
  disk_driver: 'virtio';
  cpu_type: 'host';
  /** Whole MiB; absent in a plan until the disk is made. */
  image_size?: number;
  requirements: {
    networks: [{ name: 'net0'; description: 'public' }];
    brand: 'bhyve';
    bootrom: 'bios' | 'uefi';
    ssh_key: boolean;
    min_platform: { '7.0': string };
  };
  tags: { role: 'os'; 'org.smartos:cloudinit_datasource'?: 'nocloud' };
}

/** The file of an image as a manifest describes it. */
export interface StreamFacts {
  /** Lower-case hex. */
  sha1: string;
  /** Bytes. */
  size: number;
}
