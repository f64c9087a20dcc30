import { promisify } from 'node:util';
import { type ZstdOptions, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { zlibCode } from '../shared/codecs/zlib-code.ts';
import { zstdParams } from '../shared/codecs/zstd-engine.ts';
import { type CompressedCluster, corruptCluster, cutCluster } from './compressed-cluster.ts';
import { refuseQcow2 } from './file-offset.ts';
import { parseZstdFrame } from './zstd-frame.ts';

const decompressPooled = promisify(zstdDecompress);
const maxFrames = 4096;

interface ZstdClusterOptions {
  clusterBytes: number;
  pooled: boolean;
  /** The largest window that a frame may declare. */
  windowBytes: number;
}

/** One cluster of zstd data: frames until the cluster is full, the last one complete, without skippable frames. */
export async function decodeZstdCluster(
  input: Uint8Array,
  cluster: CompressedCluster,
  { clusterBytes, pooled, windowBytes }: ZstdClusterOptions,
): Promise<Uint8Array> {
  const params = zstdParams(windowBytes);
  const outputs: Uint8Array[] = [];
  let missing = clusterBytes;
  for (let at = 0, frames = 0; missing > 0; frames += 1) {
    if (frames === maxFrames) throw beyond(cluster, 'has too many frames', maxFrames, frames);
    const frame = parseZstdFrame(input.subarray(at));
    if (frame === 'cut') throw cutCluster(cluster);
    if (frame === 'invalid') {
      const short = outputs.length > 0;
      throw corruptCluster(cluster, short ? 'holds less than a cluster' : 'is not valid zstd data');
    }
    const bytes = input.subarray(at, at + frame.bytes);
    at += frame.bytes;
    if (frame.skippable) continue;
    if ((frame.contentBytes ?? 0n) > BigInt(missing)) throw tooLong(cluster);
    if (frame.windowBytes > windowBytes) {
      throw beyond(cluster, 'needs too large a window', windowBytes, frame.windowBytes);
    }
    // Room for more than the missing bytes: otherwise zstd is called once more only to report the end of the frame.
    const options = { params, maxOutputLength: missing, chunkSize: missing + 64 };
    const output = await decodeFrame(bytes, cluster, options, pooled);
    outputs.push(output);
    missing -= output.length;
  }
  const [only] = outputs;
  return outputs.length === 1 && only !== undefined ? only : Buffer.concat(outputs);
}

async function decodeFrame(
  frame: Uint8Array,
  cluster: CompressedCluster,
  options: ZstdOptions,
  pooled: boolean,
): Promise<Uint8Array> {
  try {
    return await (pooled ? decompressPooled(frame, options) : zstdDecompressSync(frame, options));
  } catch (error) {
    const code = zlibCode(error);
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(cluster, error);
    if (code === 'ZSTD_error_memory_allocation') throw error;
    throw corruptCluster(cluster, 'is not valid zstd data', error);
  }
}

function tooLong(cluster: CompressedCluster, cause?: unknown): Error {
  return corruptCluster(cluster, 'holds more than a cluster', cause);
}

function beyond(cluster: CompressedCluster, what: string, limit: number, value: number): Error {
  const details = { offset: cluster.host, limit, value };
  return refuseQcow2('limit', `the compressed cluster at ${cluster.host} ${what}`, details);
}
