import { Button } from '@mantine/core';
import { IconZoomScan } from '@tabler/icons-react';

import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import { scanProgress } from '../../../app/domain/scan.ts';
import { Failure } from '../../design/Notice.tsx';
import { useLive } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';
import { partSentence } from './words.ts';

/** The button that has some blocks of main read anew, and what stands in its way. */
export function ScanPart(props: { connection: Connection; target: TargetView; first: number; count: number }) {
  const { connection, target, first, count } = props;
  const { device, status, events } = target;
  const live = useLive(connection);
  const call = useCall('target.scan');
  const progress = scanProgress(device, status, events);
  const start = (): void => {
    const range = { firstBlock: first, blockCount: count };
    void call.run({ connection: connection.id, name: device.name, action: 'start', range });
  };
  return (
    <div className="row row-wrap scan-part">
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconZoomScan size={14} />}
        disabled={!live || status.mode === 'fail' || progress !== null}
        loading={call.busy}
        onClick={start}
      >
        {count === 1 ? 'Scan this block' : 'Scan this part'}
      </Button>
      {progress !== null && <p className="label">{partSentence(progress, first, count)}</p>}
      {call.error !== null && <Failure error={call.error} />}
    </div>
  );
}
