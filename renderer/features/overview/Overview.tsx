import './overview.css';
import '../heatmap/heatmap.css';

import { Button, Loader } from '@mantine/core';
import { IconPlug, IconRefresh, IconShieldPlus } from '@tabler/icons-react';

import type { Connection, ConnectionId } from '../../../app/bridge/snapshot.ts';
import { href } from '../../app/router.ts';
import { Empty } from '../../design/Empty.tsx';
import { Failure } from '../../design/Notice.tsx';
import { Steps } from '../../design/Steps.tsx';
import { useConnection } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';
import { DiskPreviewList } from '../start/DiskPreviewList.tsx';
import { DiskTable } from './DiskTable.tsx';
import { idlePairsOf } from './idle-pairs.ts';
import { IdlePairs } from './IdlePairs.tsx';
import { LostNotice } from './LostNotice.tsx';
import { Problems } from './Problems.tsx';
import { ProtectedCard } from './ProtectedCard.tsx';

/** Everything on one connection: its protected devices, then its other disks. */
export function Overview({ connection: id }: { connection: ConnectionId }) {
  const connection = useConnection(id);
  if (connection === null) return null;
  const known = connection.devices.length + connection.targets.length > 0;
  if (connection.phase.state !== 'open' && !known) return <NotOpen connection={connection} />;
  return (
    <div className="page">
      <LostNotice connection={connection} />
      <IdlePairs connection={connection} />
      <Problems connection={connection} />
      <Protected connection={connection} />
      <DiskTable connection={connection} />
    </div>
  );
}

function NotOpen({ connection }: { connection: Connection }) {
  const open = useCall('connection.open');
  const { phase, id, title } = connection;
  const run = (): void => void open.run({ connection: id });
  const failed = phase.state === 'failed' ? phase.error : open.error;
  return (
    <div className="page page-narrow">
      <div className="panel">
        {phase.state === 'opening' ? (
          <div className="panel-body stack">
            <h2 className="section-title">Opening {title}</h2>
            <Steps
              label={`Opening ${title}`}
              steps={phase.steps.map((step, index) => ({ id: `${index}`, text: step.text, state: step.state }))}
            />
          </div>
        ) : (
          <Empty
            icon={IconPlug}
            title={`${title} is not open`}
            action={
              <Button onClick={run} loading={open.busy}>
                {failed !== null ? 'Try again' : id === 'lab' ? 'Try it in the Lab' : 'Open'}
              </Button>
            }
          >
            {id === 'lab'
              ? 'A virtual machine with a failing disk. Nothing on this computer is touched.'
              : 'Looking closely at disks needs an administrator’s password. You are asked for it once; nothing is changed by looking.'}
          </Empty>
        )}
      </div>
      {failed !== null && <Failure error={failed} />}
      {id === 'local' && <DiskPreviewList connection={id} />}
    </div>
  );
}

function Protected({ connection }: { connection: Connection }) {
  const refresh = useCall('devices.refresh');
  const live = connection.phase.state === 'open';
  const isIdle = idlePairsOf(connection).length > 0;
  const protect = href({ at: 'protect', connection: connection.id, main: null });
  return (
    <section className="stack" aria-label="Protected devices">
      <div className="row">
        <h2 className="section-title grow">Protected</h2>
        <Button
          variant="subtle"
          color="gray"
          leftSection={refresh.busy ? <Loader size={14} /> : <IconRefresh size={15} />}
          disabled={!live || refresh.busy}
          onClick={() => void refresh.run({ connection: connection.id })}
        >
          Look again
        </Button>
        {connection.targets.length > 0 && (
          <Button component="a" href={protect} leftSection={<IconShieldPlus size={16} />}>
            Protect a disk
          </Button>
        )}
      </div>
      {refresh.error !== null && <Failure error={refresh.error} />}
      {connection.targets.map((target) => (
        <ProtectedCard key={target.device.name} connection={connection} target={target} />
      ))}
      {connection.targets.length === 0 && (
        <div className="panel">
          <Empty
            icon={IconShieldPlus}
            title={isIdle ? 'No disk is protected at this moment' : 'No disk is protected yet'}
            action={
              <Button component="a" href={protect} size="sm" variant={isIdle ? 'default' : 'filled'}>
                Protect a disk
              </Button>
            }
          >
            {isIdle
              ? 'A protection that stood before is not running: start it again above.'
              : connection.id === 'lab'
                ? 'This machine has an aging disk, a spare and a third disk that must not be touched. Protect the aging one, then make it fail.'
                : 'Choose the aging disk and a spare. You see what will happen before anything is changed.'}
          </Empty>
        </div>
      )}
    </section>
  );
}
