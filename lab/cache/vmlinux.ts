import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { run } from '../process.ts';

/** Offsets in the setup header of a bzImage: Documentation/arch/x86/boot.rst of the kernel. */
const SETUP_SECTORS = 0x1f1;
const HEADER_MAGIC = 0x202;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;

/** Type of the ELF note that says where a kernel can be entered in the PVH way (XEN_ELFNOTE_PHYS32_ENTRY). */
const PVH_NOTE_HEADER = Buffer.from([4, 0, 0, 0, 8, 0, 0, 0, 18, 0, 0, 0, 0x58, 0x65, 0x6e, 0]);

async function decompress(payload: Buffer): Promise<Buffer | undefined> {
  // The kernel's build appends the unpacked length in four bytes after a gzip or zstd stream.
  if (payload.readUInt16BE(0) === 0x1f8b) return gunzipSync(payload);
  if (payload.readUInt32LE(0) === 0xfd2fb528) return zstdDecompressSync(payload.subarray(0, -4));
  if (payload.toString('latin1', 0, 6) !== '\xfd7zXZ\0') return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'dmr-kernel-'));
  try {
    const file = join(folder, 'vmlinux.xz');
    await writeFile(file, payload);
    const unpacked = await run('xz', ['-d', '--single-stream', '--ignore-check', '-c', file], { encoding: 'latin1' });
    // The appended length makes xz complain about trailing bytes after it has written everything.
    return unpacked.stdout.length > payload.length ? Buffer.from(unpacked.stdout, 'latin1') : undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The kernel proper out of a bzImage, when QEMU can start it in the PVH way. Unpacking it here instead of by its own
 * code in an emulated processor takes seconds off each boot. Undefined when that cannot be done; the bzImage then does.
 */
export async function unpackedKernel(bzImage: string): Promise<Buffer | undefined> {
  const image = await readFile(bzImage);
  if (image.toString('latin1', HEADER_MAGIC, HEADER_MAGIC + 4) !== 'HdrS') return undefined;
  // 0 is what kernels before 2.0 of the boot protocol had, and means 4.
  const setupSectors = image.readUInt8(SETUP_SECTORS) === 0 ? 4 : image.readUInt8(SETUP_SECTORS);
  const start = (setupSectors + 1) * 512 + image.readUInt32LE(PAYLOAD_OFFSET);
  const payload = image.subarray(start, start + image.readUInt32LE(PAYLOAD_LENGTH));
  const kernel = await decompress(payload).catch(() => undefined);
  if (kernel?.toString('latin1', 1, 4) !== 'ELF') return undefined;
  return kernel.includes(PVH_NOTE_HEADER) ? kernel : undefined;
}
