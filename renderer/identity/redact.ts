import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { TargetView } from '../../app/bridge/snapshot.ts';

/** Stands where a serial, WWN or UUID is hidden. */
export const HIDDEN = '••••';

/** Every text on a connection that tells one physical drive from another, longest first. */
export function secretsOf(connection: {
  readonly devices: readonly BlockDevice[];
  readonly targets: readonly TargetView[];
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
