/** The disk that the pair and dm-linear are made over. It stores nothing, and its size is `MAIN_GIB`. */
export interface MainDisk {
  readonly name: 'null_blk' | 'virtio-blk';
  readonly path: string;
  /** QEMU's arguments for it and for the counting. */
  readonly qemuArguments: readonly string[];
  /** Shell commands that make it ready; its scheduler is `none`. */
  readonly prepare: string;
  /** Whether a request sleeps until the disk answers: then idle time is taken off what the counter says. */
  readonly sleeps: boolean;
}

export const MAIN_GIB = 8;
const MAIN_BYTES = MAIN_GIB * 1024 ** 3;

/**
 * Answers in the submitter's context: nothing sleeps, so the counter counts nothing but instructions.
 *
 * @param queues - hardware queues, as many as processors send requests
 */
export function nullBlk(queues: number): MainDisk {
  return {
    name: 'null_blk',
    path: '/dev/nullb0',
    qemuArguments: ['-icount', 'shift=0,sleep=off'],
    prepare: `
      modprobe null_blk nr_devices=1 gb=${String(MAIN_GIB)} bs=512 queue_mode=2 irqmode=0 submit_queues=${String(queues)}
      echo none > /sys/block/nullb0/queue/scheduler`,
    sleeps: false,
  };
}

const SERIAL = 'COUNTED';

/**
 * An emulated disk with its driver, its interrupt and the sleep until that comes. QEMU's thread that answers must not
 * decide by its luck whether the processor is idle by then: while QEMU records, it waits for the processor to halt or
 * for the next timer. That needs the request to be taken in by the processor's own thread (`ioeventfd`), and an answer
 * from a timer of that thread (`latency-ns`).
 */
export const virtioBlk: MainDisk = {
  name: 'virtio-blk',
  path: '/dev/counted',
  qemuArguments: [
    ...['-icount', 'shift=0,sleep=off,rr=record,rrfile=/dev/null'],
    ...['-blockdev', `driver=null-co,node-name=counted,size=${String(MAIN_BYTES)},read-zeroes=off,latency-ns=1`],
    ...['-device', `virtio-blk-pci,drive=counted,serial=${SERIAL},ioeventfd=off`],
  ],
  prepare: `
    for disk in /sys/block/vd*; do
      [ "$(cat "$disk/serial")" = ${SERIAL} ] || continue
      echo none > "$disk/queue/scheduler"
      ln -s "/dev/\${disk##*/}" /dev/counted
    done
    [ -b /dev/counted ]`,
  sleeps: true,
};
