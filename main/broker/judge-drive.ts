import { driveFacts, driveSubject, noDriveFacts } from '../../app/alerts/drive.ts';
import type { BlockDevice, Role } from '../../app/domain/block-device.ts';
import { ownVerdictOf, type DriveHealth } from '../../app/domain/smart.ts';
import type { AlertService } from '../alerts/service.ts';

/**
 * Has judged what a drive tells of itself. What a live pair that it is part of tells of it is not told twice, and not
 * once more when the pair ends: of main all (its unreadable and moved blocks, and its forecast), of the spare that it
 * says of itself that it fails. That a drive only warns of itself no pair tells.
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
  const own = { ...noDriveFacts, failed: drive.failed };
  const counted = { ...drive, failed: null };
  const pairTells = role !== null && ownVerdictOf(health) === 'failed';
  if (pairTells) alerts.absorb(subject, { drive: own });
  else alerts.observe(subject, { drive: own });
  switch (role) {
    case 'main':
      alerts.absorb(subject, { drive: counted });
      break;
    case 'spare':
    case null:
      alerts.observe(subject, { drive: counted });
      break;
  }
}
