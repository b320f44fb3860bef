import { Tooltip } from '@mantine/core';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../../app/domain/block-device.ts';
import { labRoleOf } from '../../words/lab.ts';

/** The part that a disk plays in the lab. Nothing on a real computer. */
export function LabRoleBadge({ connection, device }: { connection: Connection; device: BlockDevice }) {
  const role = labRoleOf(connection, device);
  if (role === null) return null;
  return (
    <Tooltip label={role.hint}>
      <span className="badge badge-brand">{role.name}</span>
    </Tooltip>
  );
}
