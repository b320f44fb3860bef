import { createHash } from 'node:crypto';
import { cp, lstat, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../errors.ts';
import { run } from '../process.ts';
import { Apt } from './apt.ts';
import { buildOnce, exists } from './build-once.ts';
import {
  BUSYBOX_APPLETS,
  IMAGE_CONTENTS,
  PROGRAM_LINKS,
  type ImageContents,
  type ImageFlavour,
} from './guest-files.ts';
import type { KernelFiles } from './kernel.ts';
import { collectModules } from './modules.ts';
import { FIRST_BUILD_BYTES, requireSpace } from './paths.ts';

export interface RootImageOptions {
  readonly cache: string;
  readonly kernel: KernelFiles;
  readonly flavour: ImageFlavour;
  /** The Node binary to put into the image. */
  readonly node: string;
  readonly signal?: AbortSignal | undefined;
}

export interface RootImage {
  /** ext4, mounted read-only by the guest. */
  readonly image: string;
  /** What the first stage of the boot takes from the packages. */
  readonly busybox: string;
  /** Root of the module tree, for depmod: holds `lib/modules/<release>`. */
  readonly moduleTree: string;
  /** Arguments that run the image's own kmod on the host as `depmod`, whatever the host has. */
  readonly depmod: readonly string[];
}

const LOADER = 'lib64/ld-linux-x86-64.so.2';
const LIBRARY_FOLDERS = [
  'lib/x86_64-linux-gnu',
  'usr/lib/x86_64-linux-gnu',
  'lib/systemd',
  'usr/lib/x86_64-linux-gnu/ceph',
];
const TOP_LINKS = ['bin', 'sbin', 'lib', 'lib64'];

/** Bump when the code that lays out the image changes what comes out. */
const LAYOUT = 2;

/** Builds, once, the image that the guest runs from, out of Debian packages that are unpacked but not installed. */
export async function obtainRootImage(options: RootImageOptions): Promise<RootImage> {
  const contents = IMAGE_CONTENTS[options.flavour];
  const node = await stat(options.node).catch(() => {
    throw new LabError('image-build-failed', `There is no Node at ${options.node} for the lab; run: npm run setup`);
  });
  const key = JSON.stringify([LAYOUT, contents, PROGRAM_LINKS, BUSYBOX_APPLETS, options.kernel.version, node.size]);
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
  const folder = join(options.cache, 'images', `${options.flavour}-${options.kernel.release}-${hash}`);
  if (!(await exists(folder))) await requireSpace(options.cache, FIRST_BUILD_BYTES);
  await buildOnce(folder, (temporary) => build(temporary, contents, options), options.signal);
  const host = join(folder, 'host');
  return {
    image: join(folder, 'root.img'),
    busybox: join(host, 'busybox'),
    moduleTree: join(folder, 'modules'),
    depmod: [join(host, basename(LOADER)), '--argv0', 'depmod', '--library-path', host, join(host, 'kmod')],
  };
}

async function build(folder: string, contents: ImageContents, options: RootImageOptions): Promise<void> {
  const apt = new Apt({ signal: options.signal });
  const packages = join(folder, 'packages');
  const root = join(folder, 'root');
  const closure = await apt.closureOf(contents.packages);
  const wanted = closure.filter((name) => contents.packages.includes(name) || isLibrary(name));
  await apt.unpack(wanted, packages);
  for (const path of [
    'usr/bin',
    'usr/sbin',
    'usr/lib',
    'usr/lib64',
    'usr/lib/udev',
    'usr/lib/systemd',
    'etc',
    'run',
    'tmp',
  ]) {
    await mkdir(join(root, path), { recursive: true });
  }
  for (const path of ['proc', 'sys', 'dev', 'var/lib', 'var/log', 'root', 'mnt'])
    await mkdir(join(root, path), { recursive: true });
  for (const name of TOP_LINKS) await symlink(`usr/${name}`, join(root, name));
  await copyPrograms(packages, root, contents, options.node);
  await cp(options.node, join(root, 'usr/bin/node'));
  for (const [path, target] of Object.entries(PROGRAM_LINKS)) await symlink(target, join(root, path));
  for (const applet of BUSYBOX_APPLETS) {
    if (!(await exists(join(root, 'usr/bin', applet)))) await symlink('busybox', join(root, 'usr/bin', applet));
  }
  await writeConfiguration(root);
  await copyModules(join(folder, 'modules'), root, contents, options.kernel);
  await copyHostTools(packages, root, join(folder, 'host'));
  await makeFilesystem(root, join(folder, 'root.img'), options.signal);
  for (const path of [root, packages, `${packages}.debs`]) await rm(path, { recursive: true, force: true });
}

function isLibrary(name: string): boolean {
  return /^(lib|zlib)/.test(name) && !/(perl|python|debian-installer|elogind)/.test(name);
}

/** Where a path of a package belongs in the image, which has /bin, /sbin and /lib merged into /usr. */
function merged(path: string): string {
  return /^\/(bin|sbin|lib|lib64)\//.test(path) ? `usr${path}` : path.slice(1);
}

/** The file in the unpacked packages, which may have it with or without /usr. */
async function locate(packages: string, path: string): Promise<string> {
  for (const candidate of [path, `/usr${path}`, path.replace(/^\/usr/, '')]) {
    if (await lstat(join(packages, candidate)).catch(() => undefined)) return join(packages, candidate);
  }
  throw new LabError(
    'image-build-failed',
    `No Debian package that the lab uses has ${path}; your Debian release differs from those the lab knows.`,
  );
}

async function copyPrograms(packages: string, root: string, contents: ImageContents, node: string): Promise<void> {
  const programs = await Promise.all(
    contents.programs.map(async (path) => ({ path, file: await locate(packages, path) })),
  );
  for (const { path, file } of programs) await copy(file, join(root, merged(path)));
  for (const path of [...contents.staticPrograms, ...contents.files])
    await copy(await locate(packages, path), join(root, merged(path)));
  const libraries = new Set<string>();
  for (const file of [...programs.map((program) => program.file), node]) {
    for (const library of await librariesOf(packages, file)) libraries.add(library);
  }
  for (const library of libraries) await copy(library, join(root, 'usr/lib/x86_64-linux-gnu', basename(library)));
  await copy(join(packages, LOADER), join(root, 'usr/lib64', basename(LOADER)));
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { dereference: true, recursive: true });
}

/** The shared libraries a program needs, found by the packages' own loader among the packages' own files. */
async function librariesOf(packages: string, program: string): Promise<string[]> {
  const folders = LIBRARY_FOLDERS.map((folder) => join(packages, folder)).join(':');
  const listed = await run(join(packages, LOADER), ['--library-path', folders, '--list', program]);
  const found: string[] = [];
  for (const line of listed.stdout.split('\n')) {
    const target = / => (\S+)/.exec(line)?.[1];
    if (target === undefined) continue;
    if (!target.startsWith(packages)) {
      throw new LabError(
        'image-build-failed',
        `${basename(program)} needs a library that the lab's packages lack; your Debian release differs from those it knows.`,
        { detail: line.trim() },
      );
    }
    found.push(target);
  }
  return found;
}

async function writeConfiguration(root: string): Promise<void> {
  await mkdir(join(root, 'etc/udev'), { recursive: true });
  const groups = ['root:x:0:', 'tty:x:5:', 'disk:x:6:', 'kmem:x:15:', 'dialout:x:20:', 'audio:x:29:', 'video:x:44:'];
  const more = [
    'cdrom:x:24:',
    'floppy:x:25:',
    'tape:x:26:',
    'input:x:101:',
    'kvm:x:102:',
    'render:x:103:',
    'sgx:x:104:',
    'lp:x:7:',
  ];
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(join(root, 'etc/group'), `${[...groups, ...more].join('\n')}\n`);
  await writeFile(join(root, 'etc/hostname'), 'lab\n');
  await writeFile(join(root, 'etc/udev/udev.conf'), 'udev_log=err\n');
}

async function copyModules(tree: string, root: string, contents: ImageContents, kernel: KernelFiles): Promise<void> {
  const folder = join(tree, 'lib/modules', kernel.release);
  await mkdir(join(folder, 'kernel'), { recursive: true });
  for (const module of await collectModules(kernel, contents.modules)) {
    await writeFile(join(folder, 'kernel', `${module.name}.ko`), module.data);
  }
  for (const name of ['modules.builtin', 'modules.builtin.modinfo', 'modules.order']) {
    await cp(join(kernel.modules, name), join(folder, name));
  }
  await cp(folder, join(root, 'usr/lib/modules', kernel.release), { recursive: true });
}

/** Keeps the few files that later starts use on the host: busybox for the first stage, and kmod with its libraries. */
async function copyHostTools(packages: string, root: string, host: string): Promise<void> {
  await copy(join(root, 'usr/bin/busybox'), join(host, 'busybox'));
  const kmod = await locate(packages, '/bin/kmod');
  await copy(kmod, join(host, 'kmod'));
  for (const library of await librariesOf(packages, kmod)) await copy(library, join(host, basename(library)));
  await copy(join(packages, LOADER), join(host, basename(LOADER)));
}

async function sizeOf(folder: string): Promise<{ bytes: number; files: number }> {
  const total = { bytes: 0, files: 1 };
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const inner = await sizeOf(path);
      total.bytes += inner.bytes + 4096;
      total.files += inner.files;
    } else {
      total.bytes += Math.ceil((await lstat(path)).size / 4096) * 4096;
      total.files += 1;
    }
  }
  return total;
}

async function makeFilesystem(root: string, image: string, signal: AbortSignal | undefined): Promise<void> {
  const { bytes, files } = await sizeOf(root);
  const inodes = files + 64;
  const kibibytes = Math.ceil((bytes * 1.02 + inodes * 256) / 1024) + 4096;
  const features = '^has_journal,^resize_inode,^metadata_csum';
  const base = ['-q', '-F', '-b', '4096', '-m', '0', '-N', String(inodes), '-L', 'lab', '-E', 'root_owner=0:0'];
  const made = await run('mkfs.ext4', [...base, '-O', features, '-d', root, image, `${String(kibibytes)}k`], {
    signal,
  });
  if (made.code !== 0) {
    throw new LabError('image-build-failed', 'mkfs.ext4 could not make the root image of the lab; is the disk full?', {
      detail: made.stderr,
    });
  }
}
