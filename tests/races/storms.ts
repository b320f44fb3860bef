/**
 * Loops that run in the guest beside the I/O, as shell scripts: each does one kind of thing to the device as often as it
 * can until the time is over, then prints how often it was done and refused. `$1` is the device's name, `$2` the
 * seconds, `$3` the number of blocks, `$4` the table line.
 */
export interface Storm {
  readonly name: string;
  /** One turn; a refusal, which is an answer like any other here, makes it end with another code than 0. */
  readonly turn: string;
}

/** One of 256 blocks all over the area, so that a block that is moved is soon moved back. */
const BLOCK = '$(( RANDOM % 256 * ($3 / 256) ))';
/** Messages are refused while the device is suspended; most of the time it should not be. */
const PAUSE = 'sleep 3';

export const STORMS: readonly Storm[] = [
  { name: 'remap', turn: `dmsetup message $1 0 remap ${BLOCK}` },
  { name: 'unmap', turn: `dmsetup message $1 0 unmap ${BLOCK}` },
  {
    name: 'suspend and resume',
    turn: `dmsetup suspend $([ $((RANDOM % 2)) = 0 ] && echo --noflush) $1 && dmsetup resume $1 && ${PAUSE}`,
  },
  { name: 'reload', turn: `dmsetup reload $1 --table "$4" && dmsetup suspend $1 && dmsetup resume $1 && ${PAUSE}` },
  {
    name: 'questions',
    turn: `dmsetup status --noflush $1 && dmsetup message $1 0 remaps 0 200 && dmsetup message $1 0 events 0 50 &&
      dmsetup message $1 0 health 0 $3 64 && cat /sys/kernel/debug/dm-remap/*/* > /dev/null`,
  },
  {
    name: 'settings and save',
    turn: `dmsetup message $1 0 set retries $((RANDOM % 3)) && dmsetup message $1 0 save &&
      dmsetup message $1 0 set low_spare $((RANDOM % 50))`,
  },
];

/** Where the storms leave what dmsetup said of refusals. */
export const REFUSALS = '/tmp/refusals';

export interface StormCount {
  readonly done: number;
  readonly refused: number;
}

export function stormScript({ turn }: Storm): string {
  return `
    now() { read -r up rest < /proc/uptime; echo "\${up%.*}"; }
    done=0 refused=0 end=$(( $(now) + $2 ))
    while [ "$(now)" -lt "$end" ]; do
      if { ${turn}; } > /dev/null 2>> ${REFUSALS}; then done=$((done + 1)); else refused=$((refused + 1)); fi
    done
    echo "$done $refused"`;
}

export function parseCount(output: string): StormCount {
  const match = /^(\d+) (\d+)\n?$/.exec(output);
  if (match === null) throw new Error(`a storm ended with: ${output}`);
  return { done: Number(match[1]), refused: Number(match[2]) };
}
