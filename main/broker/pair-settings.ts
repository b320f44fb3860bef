import type { Connection } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { Intent } from '../../app/domain/plan.ts';
import type { PairSettings } from '../../app/domain/settings.ts';
import type { HistoryPort, Log } from '../ports.ts';

/**
 * An intent to activate a pair with what its user had set before, unless it says itself what is to hold. Any other intent
 * as it is, and so where nothing is remembered.
 */
export function withKnownSettings(
  intent: Intent,
  devices: readonly Pick<BlockDevice, 'devno' | 'spareOf'>[],
  history: Pick<HistoryPort, 'pairSettings'> | null,
  log: Log,
): Intent {
  if (intent.action !== 'activate' || intent.settings !== undefined || history === null) return intent;
  const uuid = uuidOn(intent.spare.devno, devices);
  if (uuid === undefined) return intent;
  try {
    const settings = history.pairSettings(uuid);
    return settings === null ? intent : { ...intent, settings };
  } catch (thrown) {
    log.warn({ error: String(thrown) }, 'what was set before is not known; the pair gets the usual settings');
    return intent;
  }
}

/** An intent to activate a pair by the name that it had, which is written in places such as fstab, where that is free. */
export function withKnownName(
  intent: Intent,
  { devices, targets }: Pick<Connection, 'devices' | 'targets'>,
  history: Pick<HistoryPort, 'pairName'> | null,
  log: Log,
): Intent {
  if (intent.action !== 'activate' || history === null) return intent;
  const uuid = uuidOn(intent.spare.devno, devices);
  if (uuid === undefined) return intent;
  try {
    const name = history.pairName(uuid);
    if (name === null || targets.some(({ device }) => device.name === name)) return intent;
    return devices.some(({ path }) => path === `/dev/mapper/${name}`) ? intent : { ...intent, name };
  } catch (thrown) {
    log.warn({ error: String(thrown) }, 'what the pair was called is not known; it gets the proposed name');
    return intent;
  }
}

function uuidOn(devno: string, devices: readonly Pick<BlockDevice, 'devno' | 'spareOf'>[]): string | undefined {
  return devices.find((device) => device.devno === devno)?.spareOf?.uuid;
}

/** Keeps what was set of a pair; that it holds now does not depend on it. */
export function keepSettings(
  uuid: string,
  settings: PairSettings,
  history: Pick<HistoryPort, 'savePairSettings'> | null,
  log: Log,
): void {
  try {
    history?.savePairSettings(uuid, settings);
  } catch (thrown) {
    log.warn({ error: String(thrown) }, 'what was set will not be known at the next activation');
  }
}
