import './start.css';

import { Button } from '@mantine/core';
import {
  IconDatabase,
  IconFlask,
  IconLock,
  IconPackage,
  IconShieldPlus,
  IconShieldCheck,
  IconCloudOff,
} from '@tabler/icons-react';
import { useEffect, useRef, type ReactNode } from 'react';

import type { Connection, ConnectionId } from '../../../app/bridge/snapshot.ts';
import { formatCounted } from '../../../app/domain/units.ts';
import { go, href } from '../../app/router.ts';
import { Failure, Notice } from '../../design/Notice.tsx';
import { Steps } from '../../design/Steps.tsx';
import { useConnection } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';
import { DiskPreviewList } from './DiskPreviewList.tsx';
import { cannotOpen } from '../../words/start.ts';

/** First screen: protect a disk here, or try it where nothing can be harmed. */
export function Start() {
  return (
    <div className="start">
      <div>
        <h2 className="start-title">Keep an aging disk safely in use</h2>
        <p className="start-lead">
          Bad blocks of a failing disk are served from a spare device from the moment they show, and you can see every
          one of them. It gives you time; it does not replace a backup.
        </p>
      </div>
      <div className="start-cards">
        <LocalCard />
        <LabCard />
      </div>
      <p className="start-note">
        A new disk costs less than most data. If this one holds your only copy, copy it off first.
      </p>
    </div>
  );
}

function LocalCard() {
  const connection = useConnection('local');
  const phase = connection?.phase.state ?? 'closed';
  const disks = connection?.devices.filter((device) => device.kind === 'disk').length ?? 0;
  const targets = connection?.targets.length ?? 0;
  const problem = connection?.machine?.problems.find((one) => one.blocking);
  return (
    <Card
      id="local"
      icon={<IconShieldPlus size={22} stroke={1.6} aria-hidden="true" />}
      title="Protect a disk on this computer"
      text="Choose the aging disk and a spare device. What is on the disk stays where it is."
      action="Protect a disk"
      connection={connection}
      then={() => go({ at: 'protect', connection: 'local', main: null })}
    >
      {phase !== 'open' && <DiskPreviewList connection="local" />}
      <ul className="start-facts">
        <Fact icon={IconLock}>Asks for an administrator’s password next, for the helper only</Fact>
        <Fact icon={IconPackage}>Needs the dm-remap kernel module; says so if it is missing</Fact>
        {disks > 0 && (
          <Fact icon={IconDatabase}>
            {formatCounted(disks, 'disk')} found
            {targets > 0 ? `, ${formatCounted(targets, 'device')} protected already` : ''}
          </Fact>
        )}
      </ul>
      {problem !== undefined && (
        <Notice
          tone="warn"
          title={problem.sentence}
          actions={<a href={href({ at: 'overview', connection: 'local' })}>What to do</a>}
        />
      )}
    </Card>
  );
}

function LabCard() {
  const connection = useConnection('lab');
  return (
    <Card
      id="lab"
      icon={<IconFlask size={22} stroke={1.6} aria-hidden="true" />}
      title="Try it in the Lab"
      text="A virtual machine with a failing disk. Nothing on this computer is touched."
      action="Try it in the Lab"
      connection={connection}
      then={() => go({ at: 'overview', connection: 'lab' })}
    >
      <ul className="start-facts">
        <Fact icon={IconShieldCheck}>The real kernel module and the real helper</Fact>
        <Fact icon={IconDatabase}>A disk whose sectors fail when you say so</Fact>
        <Fact icon={IconCloudOff}>Needs no administrator rights; gone when you close it</Fact>
      </ul>
    </Card>
  );
}

function Fact({ icon: Icon, children }: { icon: typeof IconLock; children: ReactNode }) {
  return (
    <li>
      <Icon size={15} stroke={1.7} aria-hidden="true" />
      <span>{children}</span>
    </li>
  );
}

interface CardProps {
  readonly id: ConnectionId;
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly connection: Connection | null;
  /** Where the button leads once the connection is open. */
  readonly then: () => void;
  readonly children: ReactNode;
}

function Card({ id, icon, title, text, action, connection, then, children }: CardProps) {
  const open = useCall('connection.open');
  const close = useCall('connection.close');
  const phase = connection?.phase.state ?? 'closed';
  const waiting = useRef(false);
  useEffect(() => {
    if (phase === 'open' && waiting.current) {
      waiting.current = false;
      then();
    }
    if (phase === 'failed') waiting.current = false;
  }, [phase, then]);

  const start = (): void => {
    if (phase === 'open') {
      then();
      return;
    }
    waiting.current = true;
    void open.run({ connection: id });
  };
  const opening = connection?.phase.state === 'opening' ? connection.phase.steps : null;
  const failed = connection?.phase.state === 'failed' ? connection.phase.error : open.error;
  return (
    <section className="panel start-card" aria-label={title}>
      <div className="start-card-head">
        <span className="start-art">{icon}</span>
        <h2>{title}</h2>
      </div>
      <p className="start-card-text">{text}</p>
      {opening === null ? (
        children
      ) : (
        <Steps
          label={`Opening ${title}`}
          steps={opening.map((step, index) => ({ id: `${index}`, text: step.text, state: step.state }))}
        />
      )}
      {failed !== null && opening === null && (
        <>
          {cannotOpen(failed.code) !== null && <p className="start-card-text">{cannotOpen(failed.code)}</p>}
          <Failure error={failed} />
        </>
      )}
      <div className="start-actions">
        <Button size="sm" onClick={start} loading={opening !== null || open.busy}>
          {failed === null ? action : 'Try again'}
        </Button>
        {opening !== null && (
          <Button size="sm" variant="default" onClick={() => void close.run({ connection: id })}>
            Cancel
          </Button>
        )}
        {phase === 'open' && id === 'local' && (
          <Button size="sm" variant="default" component="a" href={href({ at: 'overview', connection: id })}>
            Overview
          </Button>
        )}
      </div>
    </section>
  );
}
