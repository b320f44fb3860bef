import { driveFacts, driveSubject, noDriveFacts } from '../../app/alerts/drive.ts';
import type { BlockDevice, Role } from '../../app/domain/block-device.ts';
import type { DriveHealth } from '../../app/domain/smart.ts';
import type { AlertService } from '../alerts/service.ts';

/**
 * Has judged what a drive tells of itself. What a live pair that it is part of tells of it is not told twice, and not
 * once more when the pair ends: of main all (its unreadable and moved blocks, and its forecast), of the spare that it
 * says of itself that it fails.
 */
export function judgeDrive(
  alerts: Pick<AlertService, 'observe' | 'absorb'>,
  disk: BlockDevice,
  health: DriveHealth,
  role: Role | null,
): void {
  const { lasting, ...subject } = driveSubject(disk, health);
  const told = driveFacts(health);
  // Counters of two drives that cannot be told apart would look like a rise.
  const drive = lasting ? told : { ...noDriveFacts, failed: told.failed };
  switch (role) {
    case null:
      alerts.observe(subject, { drive });
      break;
    case 'main':
      alerts.absorb(subject, { drive });
      break;
    case 'spare':
      alerts.absorb(subject, { drive: { ...noDriveFacts, failed: drive.failed } });
      alerts.observe(subject, { drive: { ...drive, failed: null } });
      break;
  }
}
