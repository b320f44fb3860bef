import { Button } from '@mantine/core';

import { saidFailed } from '../../../app/alerts/own-word.ts';
import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import type { Role } from '../../../app/domain/block-device.ts';
import { ownVerdictOf } from '../../../app/domain/smart.ts';
import { go } from '../../app/router.ts';
import { Notice } from '../../design/Notice.tsx';
import { deviceAt } from '../../identity/target.ts';

/** `said`: it did when it was last read, and tells nothing now. */
type OwnWord = 'says' | 'said' | 'no';

/** On a protected device's page, above all else: a drive of the pair says of itself that it is failing, or last did. */
export function FailingNotice({ connection, target }: { connection: Connection; target: TargetView }) {
  const { name } = target.device;
  const main = wordOf(connection, target, 'main');
  const spare = wordOf(connection, target, 'spare');
  if (main === 'no' && spare === 'no') return null;
  return (
    <Notice
      tone="bad"
      title={titleOf(main, spare)}
      actions={
        <Button variant="default" onClick={() => go({ at: 'device', connection: connection.id, name, tab: 'smart' })}>
          See what it tells
        </Button>
      }
    >
      {spare !== 'no'
        ? 'What was moved to the spare is lost with it. Copy your data off now, the most important first.'
        : 'Copy your data off it now, the most important first. Moving blocks to the spare does not stop a drive that is failing.'}
      {(main === 'said' || spare === 'said') &&
        ' It has not been read since; that it is silent now does not make it well.'}
    </Notice>
  );
}

function wordOf(connection: Connection, { device }: TargetView, role: Role): OwnWord {
  const part = deviceAt(connection, role === 'main' ? device.mainDevno : device.spareDevno);
  const disk = part === null ? null : (deviceAt(connection, part.diskDevno) ?? part);
  const health = disk === null ? null : (connection.smart[disk.devno]?.health ?? null);
  if (health !== null) return ownVerdictOf(health) === 'failed' ? 'says' : 'no';
  return saidFailed(connection.alerts.ownWords, disk, { uuid: device.uuid, role }) ? 'said' : 'no';
}

function titleOf(main: OwnWord, spare: OwnWord): string {
  if (main !== 'no' && spare !== 'no') {
    return main === 'says' && spare === 'says'
      ? 'Both drives say that they are failing.'
      : 'Both drives said that they are failing when they were last read.';
  }
  const which = main === 'no' ? 'spare' : 'main';
  return main === 'says' || spare === 'says'
    ? `The ${which} drive says that it is failing.`
    : `The ${which} drive said that it is failing when it was last read.`;
}
