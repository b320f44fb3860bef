import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { SmartView } from '../../app/domain/smart.ts';
import type { TargetView } from '../../app/bridge/snapshot.ts';
import type { ErrorData } from '../../app/errors.ts';

/** Stands where a serial, WWN or UUID is hidden. */
export const HIDDEN = '••••';

/** Every text on a connection that tells one physical drive from another, longest first. */
export function secretsOf(connection: {
  readonly devices: readonly BlockDevice[];
  readonly targets: readonly TargetView[];
  readonly smart: Readonly<Record<string, SmartView>>;
}): string[] {
  const found = [
    ...connection.devices.flatMap((device) => [
      device.serial,
      device.wwn,
      device.content?.uuid,
      device.spareOf?.uuid,
      device.spareOf?.mainId,
    ]),
    ...connection.targets.flatMap(({ device }) => [device.uuid, device.mainId]),
    // Behind a USB bridge the drive has another number than the bridge.
    ...Object.values(connection.smart).map(({ health }) => health?.serial),
  ];
  // Shorter texts would be found inside ordinary words.
  const secrets = found.filter((text): text is string => typeof text === 'string' && text.trim().length >= 4);
  return [...new Set(secrets.map((text) => text.trim()))].sort((a, b) => b.length - a.length);
}

/** `text` with every secret in it hidden, and the last characters of a serial after an ellipsis too. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (clean, secret) => clean.replaceAll(secret, HIDDEN).replaceAll(`…${secret.slice(-4)}`, `…${HIDDEN}`),
    text,
  );
}

/** A line of the kernel with serial numbers hidden: of the known ones, and the one that a USB device gives itself. */
export function redactKernel(text: string, secrets: readonly string[]): string {
  return redact(text.replace(/(SerialNumber: ).*/, `$1${HIDDEN}`), secrets);
}

/** UUIDs and the names that drives have for all the world, whosever they are. */
const IDENTIFIERS =
  /\b(?:(?:naa|eui|nvme|t10|uuid)\.[^\s'",)]*[^\s'",).]|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b)/gi;

/** What went wrong, without secrets; also without those of devices that are not known any more when it is shown. */
export function redactError(error: ErrorData, secrets: readonly string[]): ErrorData {
  const clean = (text: string): string => redact(text, secrets).replace(IDENTIFIERS, HIDDEN);
  return {
    ...error,
    sentence: clean(error.sentence),
    remedy: clean(error.remedy),
    ...(error.detail === undefined ? {} : { detail: clean(error.detail) }),
  };
}
