import { blockDeviceSchema, type BlockDevice, type DeviceUser, type Reason } from '../app/domain/block-device.ts';
import { cut, cutMiddle } from './cut.ts';
import { log } from './log.ts';

/** Most users that are told of one device, and the most that each may be long: all of them share one frame. */
const MOST_USERS = 100;
const MOST_PATH_CHARS = 4096;
const MOST_TEXT_CHARS = 256;
/** The end of a serial number is what is typed to confirm: it stays as it stands on the label. */
const SERIAL_TAIL_CHARS = 32;
const MOST_MAINS = 100;
const MOST_REASONS = 50;
const MOST_SENTENCE_CHARS = 1000;

/**
 * `device` within the limits of its schema: what is too long is cut. null, and a line in the log, when it does not fit even
 * so; it is then left out and can be named in no plan.
 */
export function fitDevice(device: BlockDevice): BlockDevice | null {
  const fitted = blockDeviceSchema.safeParse({
    ...device,
    model: device.model === null ? null : cut(device.model, MOST_TEXT_CHARS),
    serial: device.serial === null ? null : cutMiddle(device.serial, MOST_TEXT_CHARS, SERIAL_TAIL_CHARS),
    wwn: device.wwn === null ? null : cut(device.wwn, MOST_TEXT_CHARS),
    spareOf: device.spareOf && { ...device.spareOf, mayBeMain: device.spareOf.mayBeMain.slice(0, MOST_MAINS) },
    users: device.users.slice(0, MOST_USERS).map(fitUser),
    asMain: fitReasons(device.asMain),
    asSpare: fitReasons(device.asSpare),
  } satisfies BlockDevice);
  if (fitted.success) return fitted.data;
  log('warn', 'a device is left out of the list', { devno: device.devno, error: fitted.error.message.slice(0, 2000) });
  return null;
}

function fitUser(user: DeviceUser): DeviceUser {
  switch (user.kind) {
    case 'mount':
      return { ...user, at: cut(user.at, MOST_PATH_CHARS) };
    case 'swap':
      return user;
    case 'holder':
      return { ...user, name: cut(user.name, MOST_TEXT_CHARS) };
  }
}

/** Reasons with blocks before warnings, cut to what may be told. What is left out blocks if anything in it does. */
export function fitReasons(reasons: readonly Reason[]): Reason[] {
  const short = reasons.map(fitReason);
  if (short.length <= MOST_REASONS) return short;
  const rest = short.slice(MOST_REASONS - 1);
  const last = rest.find(({ level }) => level === 'block') ?? rest[0];
  const more: Reason[] =
    last === undefined ? [] : [{ ...last, sentence: `There are ${rest.length} more reasons like these.` }];
  return [...short.slice(0, MOST_REASONS - 1), ...more];
}

export function fitReason(reason: Reason): Reason {
  return { ...reason, sentence: cut(reason.sentence, MOST_SENTENCE_CHARS) };
}
