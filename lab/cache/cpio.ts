/** One file, folder or link of a cpio archive. Paths have no leading slash; parents must come first. */
export type CpioEntry =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly data: Uint8Array; readonly executable?: boolean }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'character-device'; readonly path: string; readonly major: number; readonly minor: number };

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
const S_IFCHR = 0o020000;

function header(fields: {
  inode: number;
  mode: number;
  size: number;
  major?: number;
  minor?: number;
  nameLength: number;
}): string {
  const links = 1;
  const values = [
    fields.inode,
    fields.mode,
    0,
    0,
    links,
    0,
    fields.size,
    0,
    0,
    fields.major ?? 0,
    fields.minor ?? 0,
    fields.nameLength + 1,
    0,
  ];
  return `070701${values.map((value) => value.toString(16).padStart(8, '0')).join('')}`;
}

function padded(parts: Uint8Array[], length: number): void {
  const rest = length % 4;
  if (rest !== 0) parts.push(Buffer.alloc(4 - rest));
}

/**
 * A cpio archive in the "newc" format that the kernel unpacks as an initramfs; everything in it belongs to root. Two
 * archives one after the other are unpacked over each other. Format: Documentation/driver-api/early-userspace/
 * buffer-format.rst of the kernel.
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  let inode = 1;
  const add = (path: string, mode: number, data: Uint8Array, major = 0, minor = 0): void => {
    const name = Buffer.from(path, 'utf8');
    const text = header({ inode: inode++, mode, size: data.length, major, minor, nameLength: name.length });
    const head = Buffer.concat([Buffer.from(text, 'latin1'), name, Buffer.alloc(1)]);
    parts.push(head);
    padded(parts, head.length);
    parts.push(data);
    padded(parts, data.length);
  };
  for (const entry of entries) {
    switch (entry.kind) {
      case 'folder':
        add(entry.path, S_IFDIR | 0o755, Buffer.alloc(0));
        break;
      case 'file':
        add(entry.path, S_IFREG | (entry.executable === true ? 0o755 : 0o644), entry.data);
        break;
      case 'link':
        add(entry.path, S_IFLNK | 0o777, Buffer.from(entry.target, 'utf8'));
        break;
      case 'character-device':
        add(entry.path, S_IFCHR | 0o600, Buffer.alloc(0), entry.major, entry.minor);
        break;
    }
  }
  add('TRAILER!!!', 0, Buffer.alloc(0));
  return Buffer.concat(parts);
}
