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
  const uuid = devices.find(({ devno }) => devno === intent.spare.devno)?.spareOf?.uuid;
  if (uuid === undefined) return intent;
  try {
    const settings = history.pairSettings(uuid);
    return settings === null ? intent : { ...intent, settings };
  } catch (thrown) {
    log.warn({ error: String(thrown) }, 'what was set before is not known; the pair gets the usual settings');
    return intent;
  }
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
