import './device.css';

import { Button, Tabs } from '@mantine/core';
import { IconGhost } from '@tabler/icons-react';
import { useCallback, useState } from 'react';

import type { Connection, ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import { deviceTabSchema, go, href, type DeviceTab } from '../../app/router.ts';
import { Empty } from '../../design/Empty.tsx';
import { Failure } from '../../design/Notice.tsx';
import { useConnection, useLive, useTarget } from '../../store/context.tsx';
import { EventList } from '../events/EventList.tsx';
import { ForecastPanel, ForecastPending } from '../forecast/ForecastPanel.tsx';
import { Heatmap, type Pointed } from '../heatmap/Heatmap.tsx';
import { KernelOfPair } from '../kernel/KernelOfPair.tsx';
import { History } from '../history/History.tsx';
import { useBrush } from '../lab/brush.ts';
import { idlePairsOf } from '../overview/idle-pairs.ts';
import { LostNotice } from '../overview/LostNotice.tsx';
import { ActivateButton } from '../plan/ActivateButton.tsx';
import { RemapTable } from '../remaps/RemapTable.tsx';
import { FailingNotice } from '../smart/FailingNotice.tsx';
import { SmartTab } from '../smart/SmartTab.tsx';
import { Settings } from './Settings.tsx';
import { Side } from './Side.tsx';
import { Tiles } from './Tiles.tsx';
import { VerdictHead } from './VerdictHead.tsx';

/** One protected device: the answer first, then the picture, then everything that is known. */
export function DevicePage(props: { connection: ConnectionId; name: string; tab: DeviceTab }) {
  const connection = useConnection(props.connection);
  const target = useTarget(props.connection, props.name);
  if (connection === null) return null;
  if (target === null) return <Gone connection={connection} name={props.name} />;
  return <Known connection={connection} target={target} tab={props.tab} />;
}

function Known({ connection, target, tab }: { connection: Connection; target: TargetView; tab: DeviceTab }) {
  const { name } = target.device;
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const [jump, setJump] = useState<{ block: number; turn: number } | null>(null);
  const [tableFrom, setTableFrom] = useState<number | null>(null);
  const brush = useBrush(connection, target);
  const live = useLive(connection);
  const showTab = (next: DeviceTab): void => go({ at: 'device', connection: connection.id, name, tab: next });
  const showBlock = useCallback((block: number) => {
    setJump((now) => ({ block, turn: (now?.turn ?? 0) + 1 }));
    setPointed({ first: block, count: 1, level: 0 });
    document.getElementById('main')?.scrollTo({ top: 0, behavior: 'smooth' });
  }, []);
  const showRow = (block: number): void => {
    setTableFrom(block);
    showTab('remaps');
  };
  return (
    <div className="page device">
      <LostNotice connection={connection} />
      <FailingNotice connection={connection} target={target} />
      <VerdictHead connection={connection} target={target} />
      <Tiles connection={connection} target={target} />
      <div className="device-heart">
        <Heatmap
          connection={connection.id}
          live={live}
          target={target}
          jump={jump}
          onPoint={setPointed}
          onBrush={brush.paint}
        />
        <Side connection={connection} target={target} pointed={pointed} onShowRow={showRow} />
      </div>
      {brush.error !== null && <Failure error={brush.error} />}
      <section className="panel device-tabs" aria-label="What is known of this device">
        <Tabs value={tab} onChange={(next) => showTab(deviceTabSchema.parse(next))} keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="remaps">Remap table</Tabs.Tab>
            <Tabs.Tab value="events">Events</Tabs.Tab>
            <Tabs.Tab value="forecast">Forecast</Tabs.Tab>
            <Tabs.Tab value="smart">SMART</Tabs.Tab>
            <Tabs.Tab value="history">History</Tabs.Tab>
            <Tabs.Tab value="settings">Settings</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="remaps">
            <RemapTable
              connection={connection.id}
              target={target}
              from={tableFrom}
              onFrom={setTableFrom}
              onShowBlock={showBlock}
            />
          </Tabs.Panel>
          <Tabs.Panel value="events">
            <EventList connection={connection.id} target={target} onShowBlock={showBlock} />
            <KernelOfPair connection={connection} target={target} />
          </Tabs.Panel>
          <Tabs.Panel value="forecast">
            {target.forecast === null ? <ForecastPending /> : <ForecastPanel forecast={target.forecast} />}
          </Tabs.Panel>
          <Tabs.Panel value="smart">
            <SmartTab connection={connection} target={target} />
          </Tabs.Panel>
          <Tabs.Panel value="history">
            <History connection={connection} target={target} />
          </Tabs.Panel>
          <Tabs.Panel value="settings">
            <Settings connection={connection} target={target} />
          </Tabs.Panel>
        </Tabs>
      </section>
    </div>
  );
}

function Gone({ connection, name }: { connection: Connection; name: string }) {
  const idle = idlePairsOf(connection);
  return (
    <div className="page page-narrow">
      <LostNotice connection={connection} />
      <div className="panel">
        <Empty
          icon={IconGhost}
          title={`${name} is not a protected device at this moment`}
          action={
            <div className="row row-wrap">
              {idle.map(({ spare, spareOf }) => (
                <ActivateButton
                  key={spare.devno}
                  connection={connection}
                  spare={spare}
                  spareOf={spareOf}
                  disabled={connection.phase.state !== 'open'}
                />
              ))}
              <Button
                variant={idle.length > 0 ? 'default' : 'filled'}
                component="a"
                href={href({ at: 'overview', connection: connection.id })}
              >
                To the overview
              </Button>
            </div>
          }
        >
          {goneText(connection, idle.length > 0)}
        </Empty>
      </div>
    </div>
  );
}

function goneText(connection: Connection, idle: boolean): string {
  if (connection.phase.state !== 'open') return 'The connection is not open, so it is not known what is there.';
  return idle
    ? 'After a restart of its machine, or after it was stopped, protection has to be started again. Until then do not use the main disk: moved blocks hold old data there.'
    : 'Its protection was stopped, or it was removed. The overview shows what is there.';
}
