/**
 * The part of the NBD protocol that the lab's server speaks: fixed newstyle handshake, simple replies. Names and numbers
 * are those of the NBD protocol document (doc/proto.md of the nbd project). All numbers on the wire are big-endian.
 */

export const NBD_MAGIC = 0x4e42444d41474943n;
export const OPTION_MAGIC = 0x49484156454f5054n;
export const OPTION_REPLY_MAGIC = 0x0003e889045565a9n;
export const REQUEST_MAGIC = 0x25609513;
export const REPLY_MAGIC = 0x67446698;

export const HANDSHAKE_FLAGS = { fixedNewstyle: 1, noZeroes: 2 } as const;

export const OPTION = { exportName: 1, abort: 2, list: 3, info: 6, go: 7 } as const;

export const OPTION_REPLY = {
  ack: 1,
  server: 2,
  info: 3,
  unsupported: 0x80000001,
  invalid: 0x80000003,
  unknownExport: 0x80000006,
} as const;

export const INFO = { export: 0, blockSize: 3 } as const;

export const EXPORT_FLAGS = {
  hasFlags: 1,
  readOnly: 2,
  sendFlush: 4,
  sendFua: 8,
  sendTrim: 32,
  sendWriteZeroes: 64,
} as const;

export const COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3, trim: 4, writeZeroes: 6 } as const;

export const COMMAND_FLAG_FUA = 1;

/** The errors a server may answer with; the wire has these numbers whatever the platform's own are. */
export const NBD_ERROR = { EPERM: 1, EIO: 5, ENOMEM: 12, EINVAL: 22, ENOSPC: 28, ESHUTDOWN: 108 } as const;
export type NbdErrorName = keyof typeof NBD_ERROR;

/** The longest request that the server takes; longer ones break the connection. */
export const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
export const REQUEST_BYTES = 28;

export interface NbdRequest {
  readonly command: number;
  readonly fua: boolean;
  readonly handle: bigint;
  readonly offset: number;
  readonly length: number;
}

export function parseRequest(header: Buffer): NbdRequest | undefined {
  if (header.readUInt32BE(0) !== REQUEST_MAGIC) return undefined;
  return {
    fua: (header.readUInt16BE(4) & COMMAND_FLAG_FUA) !== 0,
    command: header.readUInt16BE(6),
    handle: header.readBigUInt64BE(8),
    offset: Number(header.readBigUInt64BE(16)),
    length: header.readUInt32BE(24),
  };
}

export function simpleReply(handle: bigint, error: NbdErrorName | undefined): Buffer {
  const reply = Buffer.alloc(16);
  reply.writeUInt32BE(REPLY_MAGIC, 0);
  reply.writeUInt32BE(error === undefined ? 0 : NBD_ERROR[error], 4);
  reply.writeBigUInt64BE(handle, 8);
  return reply;
}

export function optionReply(option: number, type: number, data: Buffer = Buffer.alloc(0)): Buffer {
  const reply = Buffer.alloc(20 + data.length);
  reply.writeBigUInt64BE(OPTION_REPLY_MAGIC, 0);
  reply.writeUInt32BE(option, 8);
  reply.writeUInt32BE(type, 12);
  reply.writeUInt32BE(data.length, 16);
  data.copy(reply, 20);
  return reply;
}
