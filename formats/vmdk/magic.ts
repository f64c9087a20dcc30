import { type ImageRefusal, refusalFor } from '../shared/image-refusal.ts';
export const sparseMagic = 'KDMV';
export const cowdMagic = 'COWD';
/** A 64-bit number, low byte first. */
export const seSparseMagic: readonly number[] = [0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0];
export const sectorBytes = 512;

/** The error for an invalid VMDK. */
export const refuseVmdk: ImageRefusal = refusalFor('vmdk');
