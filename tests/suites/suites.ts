import type { SuiteDevice } from './device.ts';

/** One program's run over the device. It throws when the program is not content. */
export interface Suite {
  readonly name: string;
  /** What it runs on: the device itself or a file system over it. */
  readonly on: 'device' | FileSystem;
  /** Returns what to note beside the result, such as what the program skipped. */
  readonly run: (device: SuiteDevice) => Promise<string>;
}

export type FileSystem = 'ext4' | 'xfs' | 'btrfs';

interface Kind {
  readonly make: readonly [string, ...string[]];
  /** Checks without mending; ends with 0 only when nothing is wrong. */
  readonly check: readonly [string, ...string[]];
}

const KINDS: Readonly<Record<FileSystem, Kind>> = {
  ext4: { make: ['/usr/sbin/mkfs.ext4', '-q', '-F', '-b', '4096'], check: ['/usr/sbin/e2fsck', '-fn'] },
  xfs: { make: ['/usr/sbin/mkfs.xfs', '-q', '-f', '-K'], check: ['/usr/sbin/xfs_repair', '-n'] },
  btrfs: { make: ['/usr/sbin/mkfs.btrfs', '-q', '-f', '-K'], check: ['/usr/bin/btrfs', 'check', '--readonly'] },
};

function fio(name: string, args: readonly string[]): (device: SuiteDevice) => Promise<string> {
  return async (device) => {
    const verify = ['--verify_fatal=1', '--verify_dump=0', '--direct=1', '--ioengine=libaio', '--iodepth=16'];
    await device.run('/usr/bin/fio', [`--name=${name}`, `--filename=${device.path}`, ...verify, ...args]);
    return '';
  };
}

/** Exit codes of stress-ng(1): a stressor lacked something to run with, or is not there on this system. */
const STRESS_LEFT_OUT = [3, 4];

/** A stressor that found wrong data fails; one that could not run is named. */
async function stress(device: SuiteDevice, args: readonly string[]): Promise<string> {
  const all = ['--temp-path', device.mountPoint, '--verify', ...args];
  const { code, stdout, stderr } = await device.exec('/usr/bin/stress-ng', all);
  const output = `${stdout}\n${stderr}`;
  if (code !== 0 && !(code !== null && STRESS_LEFT_OUT.includes(code))) {
    const wrong = output.split('\n').filter((line) => /fail:|error/.test(line));
    throw new Error(`stress-ng ended with ${String(code)}: ${wrong.slice(0, 6).join('; ')}`);
  }
  const out = [
    ...output.matchAll(/\((\S+)\) aborted early|stress-ng-(\S+): .*skipping|(\S+) stressor will be skipped/g),
  ];
  const names = new Set(out.map(([, aborted, skipping, skipped]) => aborted ?? skipping ?? skipped));
  return names.size === 0 ? '' : `left out by stress-ng: ${[...names].join(', ')}`;
}

function words(line: string): string[] {
  return line.split(' ');
}

function mount(device: SuiteDevice, kind: FileSystem): Promise<string> {
  return device.shell(`mkdir -p ${device.mountPoint}; mount -t ${kind} ${device.path} ${device.mountPoint}`);
}

function unmount(device: SuiteDevice): Promise<string> {
  return device.shell(`umount ${device.mountPoint}`);
}

async function checkFileSystem(device: SuiteDevice, kind: FileSystem): Promise<void> {
  const [file, ...args] = KINDS[kind].check;
  await device.run(file, [...args, device.path]);
}

/** Files with checksums, which every later step must find as they are. */
const KEEP = 'kept';
const FILES = 40;

function onFileSystem(kind: FileSystem): Suite[] {
  const suite = (name: string, run: Suite['run']): Suite => ({ name, on: kind, run });
  return [
    suite('mkfs, mount, files with checksums', async (device) => {
      const [file, ...args] = KINDS[kind].make;
      await device.run(file, [...args, device.path]);
      await mount(device, kind);
      await device.shell(`mkdir ${device.mountPoint}/${KEEP}; cd ${device.mountPoint}/${KEEP}
        for n in $(seq ${String(FILES)}); do dd if=/dev/urandom of=file$n bs=32k count=$((n % 7 + 1)) 2>/dev/null; done
        sync; sha256sum file* > /tmp/sums`);
      return '';
    }),
    suite('fio 4k random writes and sync, verify=crc32c', async (device) => {
      const job = ['--name=job', `--directory=${device.mountPoint}`, '--rw=randwrite', '--bs=4k', '--size=16m'];
      await device.run('/usr/bin/fio', [
        ...job,
        '--fsync=16',
        '--ioengine=psync',
        '--verify=crc32c',
        '--verify_fatal=1',
      ]);
      return '';
    }),
    suite('stress-ng hdd, iomix', (device) =>
      stress(device, words('--hdd 1 --hdd-bytes 16m --iomix 1 --iomix-bytes 16m --timeout 15')),
    ),
    suite('stress-ng, its file system class', (device) =>
      stress(device, words('--class filesystem --sequential 1 --timeout 2')),
    ),
    ...(kind === 'btrfs'
      ? [
          suite('btrfs scrub', async (device) => {
            const output = await device.run('/usr/bin/btrfs', ['scrub', 'start', '-B', device.mountPoint]);
            if (!output.includes('no errors found')) throw new Error(`scrub says: ${output.trim()}`);
            return '';
          }),
        ]
      : []),
    suite('unmount, check, activate again, check, files unchanged', async (device) => {
      await unmount(device);
      await checkFileSystem(device, kind);
      await device.reopen();
      await checkFileSystem(device, kind);
      await mount(device, kind);
      const checked = await device.shell(`cd ${device.mountPoint}/${KEEP}; sha256sum -c /tmp/sums`);
      const whole = checked
        .trim()
        .split('\n')
        .filter((line) => line.endsWith(': OK')).length;
      await unmount(device);
      if (whole !== FILES) throw new Error(`${String(whole)} of ${String(FILES)} files are whole`);
      return `${String(FILES)} files whole`;
    }),
  ];
}

export const SUITES: readonly Suite[] = [
  { name: 'badblocks -w', on: 'device', run: badblocks },
  {
    name: 'fio 4k random writes, verify=crc32c',
    on: 'device',
    run: fio('small', ['--rw=randwrite', '--bs=4k', '--size=64m', '--verify=crc32c']),
  },
  {
    name: 'fio 512 B to 64 KiB, verify=xxhash',
    on: 'device',
    run: fio('mixed', ['--rw=randwrite', '--bssplit=512/30:4k/40:64k/30', '--size=32m', '--verify=xxhash']),
  },
  ...onFileSystem('ext4'),
  ...onFileSystem('xfs'),
  ...onFileSystem('btrfs'),
];

/** Writes four patterns over the first 64 MiB and reads each back; what it names as bad was not healed by a move. */
async function badblocks(device: SuiteDevice): Promise<string> {
  const found = await device.run('/usr/sbin/badblocks', ['-w', '-b', '4096', '-c', '64', device.path, '16383', '0']);
  if (found.trim() !== '') throw new Error(`bad blocks seen through the target: ${found.trim().split('\n').join(' ')}`);
  return '';
}
