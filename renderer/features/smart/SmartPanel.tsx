import { Button, Loader } from '@mantine/core';
import { IconHeartbeat, IconRefresh } from '@tabler/icons-react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { SmartView } from '../../../app/domain/smart.ts';
import { Empty } from '../../design/Empty.tsx';
import { Fold } from '../../design/Fold.tsx';
import { Failure, Notice } from '../../design/Notice.tsx';
import { Time } from '../../design/Time.tsx';
import { useLive } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';
import { problemOf } from '../../words/smart.ts';
import { HealthView } from './HealthView.tsx';
import { saidFailedAt } from './said-failed.ts';
import { SelfTestControls, SelfTests } from './SelfTests.tsx';

/** What one whole disk of a connection tells of its health, when that was read, or why it cannot be. */
export function SmartPanel({ connection, devno }: { connection: Connection; devno: string }) {
  const view = connection.smart[devno];
  const live = useLive(connection);
  const read = useCall('smart.read');
  if (view === undefined) {
    return (
      <Empty icon={IconHeartbeat} title="Nothing is known of this disk’s health">
        {live ? 'It is no disk of its own, or it is not there any more.' : 'The connection is not open.'}
      </Empty>
    );
  }
  const readNow = (
    <Button
      variant="default"
      leftSection={view.reading || read.busy ? <Loader size={14} /> : <IconRefresh size={15} />}
      disabled={!live || view.reading || read.busy}
      onClick={() => void read.run({ connection: connection.id, devno })}
    >
      Read now
    </Button>
  );
  const failure = read.error !== null && <Failure error={read.error} />;
  const { health } = view;
  if (health === null) {
    return (
      <div className="smart">
        {saidFailedAt(connection, devno) && (
          <Notice tone="bad" title="When it was last read, the drive said that it is failing.">
            It has not been read since. Copy your data off it now, the most important first, then replace it.
          </Notice>
        )}
        <Unread view={view} />
        {failure}
        <div>{readNow}</div>
      </div>
    );
  }
  return (
    <HealthView
      health={health}
      notice={
        <>
          <NotAsked view={view} />
          {failure}
        </>
      }
      aside={
        <div className="smart-read">
          {readNow}
          {view.heard !== null && (
            <span className="label">
              read <Time milliseconds={view.heard} form="clock" />
            </span>
          )}
        </div>
      }
      tests={
        <SelfTests
          health={health}
          controls={<SelfTestControls connection={connection.id} devno={devno} health={health} live={live} />}
        />
      }
    />
  );
}

/** Above what was read before: why the last question brought nothing new. */
function NotAsked({ view }: { view: SmartView }) {
  if (view.problem === null) return null;
  const { sentence, remedy } = problemOf(view.problem);
  return (
    <Notice title={sentence}>
      What is shown was read before. {remedy}
      <Details detail={view.problem.detail} />
    </Notice>
  );
}

function Unread({ view }: { view: SmartView }) {
  if (view.problem === null) {
    return (
      <div className="row" role="status">
        {view.reading && <Loader size="sm" />}
        {view.reading ? 'Asking the drive…' : 'The drive is asked in a moment.'}
      </div>
    );
  }
  const { sentence, remedy } = problemOf(view.problem);
  return (
    <Notice title={sentence}>
      <p>{remedy}</p>
      <Details detail={view.problem.detail} />
    </Notice>
  );
}

function Details({ detail }: { detail: string | null }) {
  if (detail === null) return null;
  return (
    <Fold title="Details">
      <pre className="code-block">{detail}</pre>
    </Fold>
  );
}
