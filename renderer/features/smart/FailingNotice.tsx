import { Button } from '@mantine/core';

import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import { ownVerdictOf } from '../../../app/domain/smart.ts';
import { go } from '../../app/router.ts';
import { Notice } from '../../design/Notice.tsx';
import { deviceAt } from '../../identity/target.ts';

/** On a protected device's page, above all else: a drive of the pair says of itself that it is failing. */
export function FailingNotice({ connection, target }: { connection: Connection; target: TargetView }) {
  const { name, mainDevno, spareDevno } = target.device;
  const failing = ([mainDevno, spareDevno] as const).map((devno) => {
    const disk = deviceAt(connection, devno)?.diskDevno ?? devno;
    const health = connection.smart[disk]?.health ?? null;
    return health !== null && ownVerdictOf(health) === 'failed';
  });
  const [main, spare] = failing;
  if (!failing.includes(true)) return null;
  const which =
    main === true && spare === true ? 'Both drives say' : `The ${main === true ? 'main' : 'spare'} drive says`;
  return (
    <Notice
      tone="bad"
      title={`${which} that ${main === true && spare === true ? 'they are' : 'it is'} failing.`}
      actions={
        <Button variant="default" onClick={() => go({ at: 'device', connection: connection.id, name, tab: 'smart' })}>
          See what it tells
        </Button>
      }
    >
      {spare === true
        ? 'What was moved to the spare is lost with it. Copy your data off now, the most important first.'
        : 'Copy your data off it now, the most important first. Moving blocks to the spare does not stop a drive that is failing.'}
    </Notice>
  );
}
