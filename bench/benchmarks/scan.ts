import type { Benchmark, BenchmarkContext } from '../frame/benchmark.ts';
import { besidePeer, type Figure } from '../frame/figures.ts';
import { median } from '../frame/statistics.ts';
import { CountingMachine } from '../guest/machine.ts';

const DEFAULT_RUNS = 3;
const MAIN_MIB = 512;
/** MB/s of main: as a hard disk reads. */
const MAIN_MBPS = 150;
const FOREGROUND_READS = 50_000;
const IDLE_AT_LEAST = 0.95;
const FOREGROUND_AT_LEAST = 0.98;

/** Makes main, null_blk that lets so much pass, and a pair over it that scans only on request. */
async function prepare(machine: CountingMachine): Promise<void> {
  await machine.shell(`
    test -d /sys/kernel/config/nullb || mount -t configfs none /sys/kernel/config
    mkdir /sys/kernel/config/nullb/disk && cd /sys/kernel/config/nullb/disk
    echo ${String(MAIN_MIB)} > size
    echo 512 > blocksize
    echo 0 > irqmode
    echo ${String(MAIN_MBPS)} > mbps
    echo 1 > power
    echo none > /sys/block/disk/queue/scheduler
    dmsetup create scanned --table "0 $(blockdev --getsz /dev/disk) remap /dev/disk /dev/ram0 8 2 format no_scan 2 scan_rate 0"`);
}

const READ_ALL = 'dd if=/dev/disk of=/dev/null bs=1M iflag=direct 2>/dev/null';
const READ_SOME = `dd if=/dev/mapper/scanned of=/dev/null bs=4k count=${String(FOREGROUND_READS)} iflag=direct 2>/dev/null`;
/** Device-mapper events wake the wait; the first that comes may be that of the start. */
const SCAN_ALL = `
  dmsetup message scanned 0 scan start
  while dmsetup status --noflush scanned | grep -q running; do
    n=$(dmsetup info -c --noheadings -o events scanned)
    dmsetup status --noflush scanned | grep -q running || break
    dmsetup wait --noflush scanned $n >/dev/null
  done`;

async function run({ options, say }: BenchmarkContext): Promise<Figure[]> {
  const machine = await CountingMachine.start({ remaps: 0, say });
  const repeated = async (command: string): Promise<number> => {
    const times: number[] = [];
    for (let n = 0; n < (options.runs ?? DEFAULT_RUNS); n += 1) times.push(await machine.timed(command));
    return median(times);
  };
  try {
    await prepare(machine);
    say('an idle disk');
    const [raw, scanned] = [await repeated(READ_ALL), await repeated(SCAN_ALL)];
    say('a disk in use');
    const alone = await repeated(READ_SOME);
    await machine.shell('dmsetup message scanned 0 scan start');
    const beside = await repeated(READ_SOME);
    const state = await machine.shell('dmsetup status --noflush scanned');
    if (!state.includes(' running ')) throw new Error('The scan ended before the reads beside it did.');
    return [
      besidePeer(
        { name: `scan of ${String(MAIN_MIB)} MiB, idle disk`, unit: 'ns', value: scanned },
        raw,
        IDLE_AT_LEAST,
      ),
      besidePeer({ name: '4k reads beside a scan', unit: 'ns', value: beside }, alone, FOREGROUND_AT_LEAST),
    ];
  } finally {
    await machine.stop();
  }
}

export const scan: Benchmark = {
  name: 'scan',
  against: `dd with 1 MiB over the same disk of ${String(MAIN_MBPS)} MB/s; the same reads without a scan`,
  run,
};
