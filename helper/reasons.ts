import type { BlockDevice, DeviceUser, Reason, Role } from '../app/domain/block-device.ts';
import { formatCounted } from '../app/domain/units.ts';
import { contentWords, userWords } from './words.ts';

/** Uses of a device, and parts of it in use, that are told one by one; the others are counted. */
const TOLD_ONE_BY_ONE = 20;

/** What is known of a device when it is judged whether it may be chosen; `users` are its own, not its partitions'. */
export type Candidate = Omit<BlockDevice, 'asMain' | 'asSpare'> & {
  readonly zoned: boolean;
  /** Someone holds it exclusively, whoever that is. */
  readonly claimed: boolean;
  /** The running system stands on this disk. */
  readonly system: boolean;
  /** It or the place where a superblock may be could not be read. */
  readonly unreadable: boolean;
  /** It holds a superblock that cannot be used. */
  readonly damagedSpare: boolean;
  readonly partitions: readonly { readonly name: string; readonly users: BlockDevice['users'] }[];
  /** The whole disk and its users, for a partition. */
  readonly disk: { readonly name: string; readonly users: BlockDevice['users'] } | null;
  /** Name of the live pair that this is a part of. */
  readonly pair: { readonly name: string; readonly role: Role } | null;
  /** Name of the spare here, not active, that holds blocks of this device. */
  readonly awaitedBy: string | null;
  /** Name of a spare here, not active, whose main this may be: nothing tells that main from others. */
  readonly mayBeAwaitedBy: string | null;
  /** Of such a spare: names of the disks here that may be its main. */
  readonly mayBeMain: readonly string[];
};

const block = (code: Reason['code'], sentence: string): Reason => ({ code, level: 'block', sentence });
const warn = (code: Reason['code'], sentence: string): Reason => ({ code, level: 'warn', sentence });

/** Why `device` may not be chosen for `role`, or what to know before. The gravest first; blocks before warnings. */
export function reasonsFor(device: Candidate, role: Role): Reason[] {
  const reasons = [...kindReasons(device), ...pairReasons(device, role), ...useReasons(device)];
  const content = role === 'main' ? mainContentReasons(device) : spareContentReasons(device);
  const all = [...reasons, ...content];
  return [...all.filter(({ level }) => level === 'block'), ...all.filter(({ level }) => level === 'warn')];
}

function* kindReasons(device: Candidate): Generator<Reason> {
  if (device.kind === 'mapping') {
    yield block('virtual', 'This is made from other disks. Choose the disk that it is made from.');
  } else if (device.kind === 'other') {
    yield block(
      'virtual',
      'This is not a disk: what it holds is gone when the computer is switched off, or it is an array.',
    );
  } else if (device.kind === 'loop') {
    yield warn('virtual', 'This is a file that is used like a disk. It is only as safe as the disk the file is on.');
  }
  if (device.kind === 'optical') yield block('read-only', 'This is a CD or DVD drive.');
  else if (device.sizeSectors === 0) yield block('no-media', 'There is no medium in this drive.');
  else if (device.readOnly) yield block('read-only', 'It cannot be written to: it or its switch says read-only.');
  if (device.zoned) {
    yield block('zoned', 'This disk wants to be written in order only (zoned, SMR). Such disks cannot take part.');
  }
}

function* pairReasons(device: Candidate, role: Role): Generator<Reason> {
  const { pair, spareOf } = device;
  if (pair?.role === 'main') yield block('already-protected', `It is already protected, as "${pair.name}".`);
  if (pair?.role === 'spare') yield block('already-spare', `It is the spare of "${pair.name}", which is active.`);
  if (pair !== null) return;
  if (device.awaitedBy !== null) {
    yield block(
      'already-protected',
      `Some of its blocks may live on its spare ${device.awaitedBy}. Activate that pair; without it, old data could be read.`,
    );
  } else if (device.mayBeAwaitedBy !== null) {
    // No block: a disk that only has the size of a lost one would never be free again.
    const why = `The spare ${device.mayBeAwaitedBy} cannot tell which disk it belongs to, and this one may be its main.`;
    yield warn('already-protected', `${why} If it is, activate that pair instead: without it, old data could be read.`);
  }
  if (device.damagedSpare) {
    const was = 'It was the spare of another disk, but what it says of itself is damaged or of a newer version.';
    yield block('already-spare', `${was} Erase it by hand only if you are sure that nothing on it is needed.`);
  } else if (spareOf !== null && role === 'main') {
    yield block('already-spare', 'It is the spare of another disk. A spare is not a disk to be protected.');
  } else if (spareOf !== null && spareOf.mainDevno !== null) {
    yield block('already-spare', 'It is the spare of a disk that is here. Activate that pair, or end it, first.');
  } else if (device.mayBeMain.length > 0) {
    const here = device.mayBeMain.length === 1 ? 'A disk that fits is here' : 'Disks that fit are here';
    const names = listed(device.mayBeMain);
    yield block(
      'already-spare',
      `Which disk it is the spare of cannot be told. ${here} and may be its main: ${names}. Activate that pair, or end it, first. Erase this by hand only if you are sure that nothing on it is needed.`,
    );
  } else if (spareOf !== null) {
    yield warn(
      'already-spare',
      'It is the spare of a disk that is not here now. The blocks of that disk that live on it would be lost for good.',
    );
  }
}

function* useReasons(device: Candidate): Generator<Reason> {
  const before = [];
  if (device.system) {
    before.push(block('system-disk', 'The running system stands on this disk. It cannot be changed while it runs.'));
  }
  yield* before;
  if (device.pair !== null) return;
  yield* userReasons(
    device.users,
    (user) => `It is ${userWords(user)}. ${stopUsing(user.kind)} first.`,
    (more) => `It has ${more}. They must be ended too.`,
  );
  const parts = device.partitions.flatMap(({ name, users: [user] }) => {
    if (user === undefined) return [];
    return [block('part-in-use', `A part of it, ${name}, is ${userWords(user)}. ${stopUsing(user.kind)} first.`)];
  });
  yield* firstOf(parts, (more) => `It has ${formatCounted(more, 'more part')} in use. They must be freed too.`);
  const [diskUser] = device.disk?.users ?? [];
  if (diskUser !== undefined) {
    yield block('held', `The whole disk ${device.disk?.name ?? ''} that it is a part of is ${userWords(diskUser)}.`);
  }
  const known =
    device.users.length > 0 || diskUser !== undefined || device.partitions.some((part) => part.users.length > 0);
  if (device.claimed && !known) {
    yield block('held', 'The system or another program holds it for itself. Close what uses it first.');
  }
  if (device.content?.usage === 'raid') {
    yield block('raid-or-lvm-member', `It holds ${contentWords(device.content)}. Take it out of there first.`);
  }
}

/** One reason that blocks for each of the first users, and one for how many more there are: `5 more uses`. */
export function userReasons(
  users: BlockDevice['users'],
  sentence: (user: DeviceUser) => string,
  ofMore: (more: string) => string,
): Reason[] {
  const all = users.map((user) => {
    const code = user.kind === 'mount' ? 'mounted' : user.kind === 'swap' ? 'swap' : 'held';
    return block(code, sentence(user));
  });
  return firstOf(all, (more) => ofMore(formatCounted(more, 'more use')));
}

function firstOf(all: readonly Reason[], ofMore: (count: number) => string): Reason[] {
  const [next, ...others] = all.slice(TOLD_ONE_BY_ONE);
  if (next === undefined || others.length === 0) return [...all];
  return [...all.slice(0, TOLD_ONE_BY_ONE), { ...next, sentence: ofMore(1 + others.length) }];
}

function listed(names: readonly string[]): string {
  const more = names.length - TOLD_ONE_BY_ONE;
  return names.slice(0, TOLD_ONE_BY_ONE).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function stopUsing(kind: BlockDevice['users'][number]['kind']): string {
  switch (kind) {
    case 'mount':
      return 'Unmount it';
    case 'swap':
      return 'Switch that swap off';
    case 'holder':
      return 'Close that';
  }
}

function* mainContentReasons(device: Candidate): Generator<Reason> {
  if (device.partitions.length > 0 || device.content?.usage === 'partition-table') {
    yield warn(
      'has-content',
      'It is divided into partitions. Protecting one partition is simpler: those of a protected whole disk must be mapped by hand.',
    );
  }
}

function* spareContentReasons(device: Candidate): Generator<Reason> {
  if (device.unreadable) {
    yield block('unreadable', 'Parts of it cannot be read, so nobody can say what is on it. A spare must be sound.');
  }
  if (device.content?.usage === 'crypto') {
    yield block(
      'raid-or-lvm-member',
      `It holds ${contentWords(device.content)}. Erase it by hand if it is not needed.`,
    );
  } else if (device.partitions.length > 0) {
    const names = listed(device.partitions.map(({ name }) => name));
    yield warn('has-content', `It holds the partitions ${names}. They and everything on them would be erased.`);
  } else if (device.content !== null && device.content.usage !== 'raid' && device.content.usage !== 'spare') {
    yield warn('has-content', `It holds ${contentWords(device.content)}. Everything on it would be erased.`);
  }
}

/** Reasons that hold for one pair of devices only, each of which may be chosen by itself. */
export function pairingReasons(main: BlockDevice, spare: BlockDevice): Reason[] {
  if (main.devno === spare.devno) {
    return [block('same-disk', 'The aging disk cannot be its own spare. Choose another disk as the spare.')];
  }
  const overlaps = main.diskDevno === spare.devno || spare.diskDevno === main.devno;
  if (overlaps) return [block('same-disk', 'One is a part of the other. Choose a spare on another disk.')];
  const reasons: Reason[] = [];
  if (main.diskDevno === spare.diskDevno) {
    const sentence = 'Both are on the same disk: when that disk fails as a whole, the spare is lost with it.';
    reasons.push(warn('same-disk', `${sentence} Choose a spare on another disk if you can.`));
  }
  if (spare.sizeSectors > main.sizeSectors && spare.content?.usage === 'filesystem') {
    const sentence = 'The spare is larger than the aging disk and holds a file system.';
    reasons.push(warn('larger-than-main', `${sentence} Make sure that the two are not the wrong way round.`));
  }
  return reasons;
}
