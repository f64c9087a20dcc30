/**
 * Puts an operating-system image on this machine: verified, sparse, ready to boot.
 *
 * @module
 */

import { androidSparse } from '../formats/android-sparse.ts';
import { bzip2 } from '../formats/bzip2.ts';
import { btrfs } from '../formats/filesystems/btrfs.ts';
import { ext } from '../formats/filesystems/ext.ts';
import { fat } from '../formats/filesystems/fat.ts';
import { lvm } from '../formats/filesystems/lvm.ts';
import { named } from '../formats/filesystems/named.ts';
import { partitions } from '../formats/filesystems/partitions.ts';
import { xfs } from '../formats/filesystems/xfs.ts';
import { gzip } from '../formats/gzip.ts';
import { iso } from '../formats/iso.ts';
import { lz4 } from '../formats/lz4.ts';
import { ova, ovaWriter } from '../formats/ova.ts';
import { qcow2, qcow2Writer } from '../formats/qcow2.ts';
import { raw } from '../formats/raw.ts';
import { tar, tarWriter } from '../formats/tar.ts';
import { vdi, vdiWriter } from '../formats/vdi.ts';
import { vhd, vhdWriter } from '../formats/vhd.ts';
import { vhdx, vhdxWriter } from '../formats/vhdx.ts';
import { vmdk, vmdkWriter } from '../formats/vmdk.ts';
import { xz } from '../formats/xz.ts';
import { zip } from '../formats/zip.ts';
import { zstd } from '../formats/zstd.ts';
import { almalinux } from '../vendors/almalinux.ts';
import { almalinuxKitten } from '../vendors/almalinux-kitten.ts';
import { alpine } from '../vendors/alpine.ts';
import { amazonLinux } from '../vendors/amazon-linux.ts';
import { arch } from '../vendors/arch.ts';
import { bundle } from '../vendors/bundle.ts';
import { centos7 } from '../vendors/centos-7.ts';
import { centosStream } from '../vendors/centos-stream.ts';
import { cirros } from '../vendors/cirros.ts';
import { debian } from '../vendors/debian.ts';
import { fedora } from '../vendors/fedora.ts';
import { fedoraCoreos } from '../vendors/fedora-coreos.ts';
import { flatcar } from '../vendors/flatcar.ts';
import { freebsd } from '../vendors/freebsd.ts';
import { gentoo } from '../vendors/gentoo.ts';
import { httpIndex } from '../vendors/http-index.ts';
import { kali } from '../vendors/kali.ts';
import { oci } from '../vendors/oci.ts';
import { omnios } from '../vendors/omnios.ts';
import { openbsd } from '../vendors/openbsd.ts';
import { opensuseLeap } from '../vendors/opensuse-leap.ts';
import { opensuseTumbleweed } from '../vendors/opensuse-tumbleweed.ts';
import { oracle } from '../vendors/oracle.ts';
import { rocky } from '../vendors/rocky.ts';
import { simplestreams } from '../vendors/simplestreams.ts';
import { talos } from '../vendors/talos.ts';
import { ubuntu } from '../vendors/ubuntu.ts';
import { checksums } from '../verifiers/checksums.ts';
import { digest } from '../verifiers/digest.ts';
import { signature } from '../verifiers/signature.ts';
import { tls } from '../verifiers/tls.ts';
import type { Parts } from './contracts/parts.ts';
import { createRootdisk } from './create-rootdisk.ts';
import type { EnsureImage } from './ensure-image.ts';
import type { BootImage } from './verbs/boot-image.ts';
import type { CheckLock } from './verbs/check-lock.ts';
import type { ConvertImage } from './verbs/convert-image.ts';
import type { DeliverImage } from './verbs/deliver-image.ts';
import type { EnsureImages } from './verbs/ensure-images.ts';
import type { ExportCache } from './verbs/export-cache.ts';
import type { ImportCache } from './verbs/import-cache.ts';
import type { InspectImage } from './verbs/inspect-image.ts';
import type { ListCache } from './verbs/list-cache.ts';
import type { ListImages } from './verbs/list-images.ts';
import type { LockImages } from './verbs/lock-images.ts';
import type { OpenDisk } from './verbs/open-disk.ts';
import type { PruneCache } from './verbs/prune-cache.ts';
import type { RemoveFromCache } from './verbs/remove-from-cache.ts';
import type { ResolveImage } from './verbs/resolve-image.ts';
import type { UpdateLock } from './verbs/update-lock.ts';
import type { VerifyCache } from './verbs/verify-cache.ts';
import type { VerifyDocument } from './verbs/verify-document.ts';

export * from './core.ts';

/** All parts of this package; spread them into `createRootdisk` to add your own. */
export const builtIns: Parts = Object.freeze({
  vendors: [
    almalinux,
    almalinuxKitten,
    alpine,
    amazonLinux,
    arch,
    bundle,
    centos7,
    centosStream,
    cirros,
    debian,
    fedora,
    fedoraCoreos,
    flatcar,
    freebsd,
    gentoo,
    httpIndex,
    kali,
    oci,
    omnios,
    openbsd,
    opensuseLeap,
    opensuseTumbleweed,
    oracle,
    rocky,
    simplestreams,
    talos,
    ubuntu,
  ],
  verifiers: [digest, checksums, signature, tls],
  formats: [
    raw,
    iso,
    qcow2,
    vmdk,
    vhd,
    vhdx,
    vdi,
    gzip,
    bzip2,
    xz,
    zstd,
    lz4,
    zip,
    tar,
    ova,
    androidSparse,
    vhdWriter,
    vdiWriter,
    vhdxWriter,
    qcow2Writer,
    vmdkWriter,
    ovaWriter,
    tarWriter,
    partitions,
    lvm,
    named,
    btrfs,
    xfs,
    ext,
    fat,
  ],
});

const ofBuiltIns = createRootdisk(builtIns);

/** Turns a reference (`ubuntu:24.04`, an address, a path) into a verified disk; bound to the built-in parts. */
export const ensureImage: EnsureImage = ofBuiltIns.ensureImage;
/** Like `ensureImage` for several images, over the same connections. One failure does not stop the others. */
export const ensureImages: EnsureImages = ofBuiltIns.ensureImages;
/** Returns what `ensureImage` would fetch; transfers no image byte. */
export const resolveImage: ResolveImage = ofBuiltIns.resolveImage;
/** Lists every release that a vendor offers. */
export const listImages: ListImages = ofBuiltIns.listImages;
/** Pins the current images of references in a lock file; transfers no image byte. */
export const lockImages: LockImages = ofBuiltIns.lockImages;
/** Pins entries of a lock file again; nothing else in the file changes. */
export const updateLock: UpdateLock = ofBuiltIns.updateLock;
/**
 * Reports entries that changed, aged, disappeared or reached their end of support since they were locked; writes
 * nothing.
 */
export const checkLock: CheckLock = ofBuiltIns.checkLock;
/** Converts any supported local file to a sparse raw disk. */
export const convertImage: ConvertImage = ofBuiltIns.convertImage;
/**
 * Delivers a verified disk to the place where machines start from it: files, SmartOS, an IMGAPI server, or a target
 * of your own.
 */
export const deliverImage: DeliverImage = ofBuiltIns.deliverImage;
/**
 * Returns kernel, initrd and command line that start a disk without its boot loader, and the machine for a
 * hypervisor.
 */
export const bootImage: BootImage = ofBuiltIns.bootImage;
/** Describes a local image file; writes nothing. */
export const inspectImage: InspectImage = ofBuiltIns.inspectImage;
/** Opens a raw disk to read its partitions, file systems, operating systems and files; writes nothing. */
export const openDisk: OpenDisk = ofBuiltIns.openDisk;
/**
 * Checks every cached disk against its record, and its origin against the documents kept beside it; makes a request
 * only if `repair` finds a damaged disk.
 */
export const verifyCache: VerifyCache = ofBuiltIns.verifyCache;
/** Lists everything in the cache and the space it occupies; makes no request. */
export const listCache: ListCache = ofBuiltIns.listCache;
/** Removes disks by name or path; disks in use are kept. */
export const removeFromCache: RemoveFromCache = ofBuiltIns.removeFromCache;
/** Removes leftovers, and disks by age, budget or number; disks in use are kept. */
export const pruneCache: PruneCache = ofBuiltIns.pruneCache;
/** Writes disks and their records to a tar, for a machine without a network. */
export const exportCache: ExportCache = ofBuiltIns.exportCache;
/** Adds disks from a tar of `exportCache` after it has verified them; trusts no claim in the tar. */
export const importCache: ImportCache = ofBuiltIns.importCache;
/**
 * Checks a signed document and returns its signer: OpenPGP, signify, minisign or a Sigstore bundle; makes no request.
 */
export const verifyDocument: VerifyDocument = ofBuiltIns.verifyDocument;
