import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildOnce, exists } from '../../../lab/cache/build-once.ts';
import { debianArchives, runInRoot, succeed } from '../../../lab/cache/debian-root.ts';
import { requireSpace } from '../../../lab/cache/paths.ts';
import { run, type RunResult } from '../../../lab/process.ts';

/**
 * What xfstests is built with and what its tests call, beside a minimal Debian. Not udev: where there is `udevadm`, tests
 * wait for a daemon that does not run in this machine.
 */
const PACKAGES = [
  ...['acl', 'attr', 'autoconf', 'automake', 'bc', 'btrfs-progs', 'bzip2', 'dbench', 'dmsetup', 'e2fsprogs', 'fdisk'],
  ...['file', 'fio', 'gawk', 'gcc', 'gettext', 'hostname', 'kmod', 'libacl1-dev', 'libaio-dev', 'libattr1-dev'],
  ...['libc6-dev', 'libcap-dev', 'libcap2-bin', 'libgdbm-compat-dev', 'libgdbm-dev', 'libtool', 'libtool-bin'],
  ...['liburing-dev', 'make', 'perl', 'pkg-config', 'procps', 'psmisc', 'python3-minimal', 'quota'],
  ...['uuid-dev', 'uuid-runtime', 'xfsdump', 'xfslibs-dev', 'xfsprogs'],
];
/** Users that tests work as; the second one's name tries something. */
const USERS = ['fsgqa', '123456-fsgqa', 'fsgqa2'];
/** Where xfstests lies in the image. */
export const XFSTESTS = '/opt/xfstests';
const IMAGE_MIB = 2048;
/** The unpacked system beside the image made of it. */
const BUILD_BYTES = 3 * 1024 ** 3;
/** Bump when what this file makes changes. */
const LAYOUT = 1;

export interface SystemOptions {
  readonly cache: string;
  /** A git repository of xfstests, with or without a working tree; its newest commit is built. */
  readonly source: string;
  /** Called before a build, which takes minutes. */
  readonly onBuild?: () => void;
}

/** An ext4 image of a small Debian 12 with xfstests built in it, made once for each commit. Needs root and debootstrap. */
export async function obtainSystem({
  cache,
  source,
  onBuild,
}: SystemOptions): Promise<{ image: string; commit: string }> {
  const asked = run('git', ['-C', source, 'rev-parse', 'HEAD']);
  const commit = (await made(asked, `${source} is no git repository; name one of xfstests as --source`)).stdout.trim();
  const hash = createHash('sha256')
    .update(JSON.stringify([LAYOUT, PACKAGES, commit]))
    .digest('hex');
  const folder = join(cache, 'xfstests', hash.slice(0, 16));
  if (!(await exists(folder))) {
    await requireSpace(cache, BUILD_BYTES);
    onBuild?.();
  }
  await buildOnce(folder, (temporary) => build(temporary, source, commit), undefined);
  return { image: join(folder, 'system.img'), commit };
}

function made(running: Promise<RunResult>, otherwise: string): Promise<RunResult> {
  return succeed(running, otherwise, 'image-build-failed');
}

async function build(folder: string, source: string, commit: string): Promise<void> {
  const root = join(folder, 'root');
  const { main } = await debianArchives(undefined);
  await made(
    run('debootstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, 'bookworm', root, main]),
    'debootstrap could not make a system of Debian 12; it needs root and the network',
  );
  const inside = join(root, XFSTESTS);
  await mkdir(inside, { recursive: true });
  const archive = join(folder, 'source.tar');
  await made(
    run('git', ['-C', source, 'archive', '--format=tar', `--output=${archive}`, commit]),
    `git could not hand out ${source}`,
  );
  await made(run('tar', ['-xf', archive, '-C', inside]), 'the source of xfstests could not be unpacked');
  await rm(archive);
  const jobs = `-j${String(availableParallelism())}`;
  await made(runInRoot(root, ['make', jobs], undefined, XFSTESTS), 'xfstests could not be built');
  for (const user of USERS) {
    await made(runInRoot(root, ['useradd', '--create-home', user], undefined), `no user ${user} could be made`);
  }
  await rm(join(root, 'var/cache/apt'), { recursive: true });
  await rm(join(root, 'var/lib/apt/lists'), { recursive: true });
  const image = join(folder, 'system.img');
  await made(
    run('mkfs.ext4', ['-q', '-d', root, '-L', 'SUITES', image, `${String(IMAGE_MIB)}M`]),
    'no image could be made of the system',
  );
  await rm(root, { recursive: true });
}
