import * as zlib from 'node:zlib';
import { KilnError } from '../../../errors';
import { damaged } from '../damaged';
import type { ImageReader } from '../image-reader';
import type { Qcow2Compression } from './header';

/** Node has zstd since 22.15; its types here are older. */
const zstd = (
  zlib as { zstdDecompressSync?: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer }
).zstdDecompressSync;

/**
 * One compressed cluster. The bytes go on after its end, because its length is given in sectors.
 * @throws KilnError `image.damaged`, `image.qcow2-unsupported` for zstd where Node has none
 */
export function decompress(
  bytes: Buffer,
  clusterSize: number,
  compression: Qcow2Compression,
  reader: ImageReader,
  offset: number,
): Buffer {
  const where = `the compressed cluster at offset 0x${offset.toString(16)}`;
  let cluster: Buffer;
  try {
    cluster =
      compression === 'deflate' ? inflate(bytes, clusterSize) : unpackZstd(bytes, clusterSize, reader);
  } catch (error) {
    if (KilnError.is(error)) throw error;
    throw damaged(reader, `${where} cannot be unpacked`);
  }
  if (cluster.length === clusterSize) return cluster;
  throw damaged(reader, `${where} unpacks to ${cluster.length} bytes instead of ${clusterSize}`);
}

function inflate(bytes: Buffer, clusterSize: number): Buffer {
  return zlib.inflateRawSync(bytes, {
    maxOutputLength: clusterSize,
    finishFlush: zlib.constants.Z_SYNC_FLUSH,
  });
}

function unpackZstd(bytes: Buffer, clusterSize: number, reader: ImageReader): Buffer {
  if (zstd) return zstd(bytes, { maxOutputLength: clusterSize });
  throw new KilnError(
    `the image '${reader.name}' is a qcow2 with zstd compression, which Node ${process.versions.node} cannot unpack`,
    {
      code: 'image.qcow2-unsupported',
      remedy: `Use Node 22.15 or newer, or convert it: qemu-img convert -O raw ${reader.name} disk.raw`,
    },
  );
}
