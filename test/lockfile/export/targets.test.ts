import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { exportKinds } from '../../../src/contracts/lock-export.ts';
import { exportTargets } from '../../../src/lockfile/export/targets.ts';
import { fullImage } from '../samples.ts';
import { exported, hex, packed, pin, textFor } from './pins.ts';
import { readHcl } from './read-hcl.ts';

const kernelled = pin({ ...(fullImage.boot && { boot: fullImage.boot }) }, { arch: 'arm64' });
const twice = pin({ archives: ['https://archive.acme.example/20260101/acme.qcow2'] });

test('Lima: an entry for each address, with arch and digest, kernel and initrd', () => {
  expect(textFor('lima', twice, kernelled)).toBe(`images:
# acme-1 (amd64): acme:1, snapshot 20260101
- location: "https://images.acme.example/20260101/acme.qcow2"
  arch: "x86_64"
  digest: "sha256:${hex}"
- location: "https://archive.acme.example/20260101/acme.qcow2"
  arch: "x86_64"
  digest: "sha256:${hex}"
# acme-1 (arm64): acme:1, snapshot 20260101
- location: "https://images.acme.example/20260101/acme.qcow2"
  arch: "aarch64"
  digest: "sha256:${hex}"
  kernel:
    location: "https://images.acme.example/13/vmlinuz"
    arch: "aarch64"
    digest: "sha256:${hex}"
    cmdline: "root=LABEL=root"
  initrd:
    location: "https://images.acme.example/13/initrd"
    arch: "aarch64"
    digest: "sha256:${hex}"
`);
});

test('Lima: a cached disk has a digest if its own is known', () => {
  const tar = packed(['xz', 'tar', 'raw']);
  expect(parse(textFor('lima', tar))).toEqual({
    images: [{ location: '/cache/acme_1.raw', arch: 'x86_64' }],
  });
  const disk = { path: '/cache/acme_1.raw', sha256: hex };
  expect(parse(exportTargets.lima.format(exported('lima', [tar], disk)))).toEqual({
    images: [{ location: '/cache/acme_1.raw', arch: 'x86_64', digest: `sha256:${hex}` }],
  });
});

test('Packer: a source for each pin', () => {
  const uefi = pin({ guest: { firmware: ['uefi'] } }, { alias: '9.4', arch: 'arm64' });
  expect(textFor('packer', uefi, twice)).toBe(`# 9.4 (arm64): acme:1, snapshot 20260101
source "qemu" "_9_4_arm64" {
  iso_url      = "https://images.acme.example/20260101/acme.qcow2"
  iso_checksum = "sha256:${hex}"
  disk_image   = true
  efi_boot     = true
}

# acme-1 (amd64): acme:1, snapshot 20260101
source "qemu" "acme-1_amd64" {
  iso_urls = [
    "https://images.acme.example/20260101/acme.qcow2",
    "https://archive.acme.example/20260101/acme.qcow2",
  ]

  iso_checksum = "sha256:${hex}"
  disk_image   = true
}
`);
});

test('Packer: a cached disk, and a disc', () => {
  expect(readHcl(textFor('packer', packed(['xz', 'tar', 'raw'])))).toEqual({
    'source qemu acme-1_amd64': {
      iso_url: '/cache/acme_1.raw',
      iso_checksum: 'none',
      disk_image: true,
    },
  });
  expect(textFor('packer', packed(['iso']))).toContain('disk_image   = false');
});

const proxmoxVariables = `variable "proxmox_node_name" {
  description = "The node that downloads the images."
  type        = string
}

variable "proxmox_datastore_id" {
  description = "The storage that the images go to; Import must be among its contents."
  type        = string
  default     = "local"
}
`;

test('Terraform, Proxmox: a download for each pin, unpacked by the node if it can', () => {
  const gz = packed(['gz', 'raw']);
  const strong = pin({ digests: [`sha512:${hex}${hex}`] }, { arch: 'arm64' });
  expect(textFor('terraform-proxmox', gz, strong)).toBe(`${proxmoxVariables}
# acme-1 (amd64): acme:1, snapshot 20260101
resource "proxmox_download_file" "acme-1_amd64" {
  content_type            = "iso"
  datastore_id            = var.proxmox_datastore_id
  node_name               = var.proxmox_node_name
  file_name               = "acme-1_20260101_amd64.img"
  url                     = "https://images.acme.example/20260101/acme.raw.gz"
  checksum                = "${hex}"
  checksum_algorithm      = "sha256"
  decompression_algorithm = "gz"
  overwrite               = false
}

# acme-1 (arm64): acme:1, snapshot 20260101
resource "proxmox_download_file" "acme-1_arm64" {
  content_type       = "import"
  datastore_id       = var.proxmox_datastore_id
  node_name          = var.proxmox_node_name
  file_name          = "acme-1_20260101_arm64.qcow2"
  url                = "https://images.acme.example/20260101/acme.qcow2"
  checksum           = "${hex}${hex}"
  checksum_algorithm = "sha512"
  overwrite          = false
}
`);
});

test('Terraform, libvirt: the cached disk for every pin, because the provider compares no checksum', () => {
  expect(textFor('terraform-libvirt', pin())).toBe(`variable "libvirt_pool" {
  description = "The storage pool that the images go to."
  type        = string
  default     = "default"
}

# acme-1 (amd64): acme:1, snapshot 20260101
resource "libvirt_volume" "acme-1_amd64" {
  name = "acme-1_20260101_amd64.raw"
  pool = var.libvirt_pool

  target = {
    format = {
      type = "raw"
    }
  }

  create = {
    content = {
      url = "file:///cache/acme_1.raw"
    }
  }
}
`);
});

test('JSON: plain facts', () => {
  expect(JSON.parse(textFor('json', kernelled))).toEqual({
    images: [
      {
        alias: 'acme-1',
        request: 'acme:1',
        arch: 'arm64',
        release: '1',
        variant: 'default',
        snapshot: '20260101',
        digests: [`sha256:${hex}`],
        urls: ['https://images.acme.example/20260101/acme.qcow2'],
        fileName: 'acme.qcow2',
        layers: ['qcow2'],
        boot: {
          kernel: {
            digests: [`sha256:${hex}`],
            urls: ['https://images.acme.example/13/vmlinuz'],
            fileName: 'vmlinuz',
            layers: [],
          },
          initrd: {
            digests: [`sha256:${hex}`],
            sizeBytes: 7,
            urls: ['https://images.acme.example/13/initrd'],
            fileName: 'initrd',
            layers: [],
          },
          cmdline: 'root=LABEL=root',
        },
        locked: '2026-01-02T00:00:00.000Z',
      },
    ],
  });
});

test.each(exportKinds)('%s: no pins are valid too', (kind) => {
  const text = textFor(kind);
  if (kind === 'lima') expect(parse(text)).toEqual({ images: [] });
  else if (kind === 'json') expect(JSON.parse(text)).toEqual({ images: [] });
  else expect(text).toBe('');
});
