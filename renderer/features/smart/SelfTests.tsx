import { Button, Progress } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import type { ConnectionId } from '../../../app/bridge/snapshot.ts';
import type { DriveHealth, SelfTest, SelfTestKind } from '../../../app/domain/smart.ts';
import { formatCount } from '../../../app/domain/units.ts';
import { Failure } from '../../design/Notice.tsx';
import { ToneMark } from '../../design/ToneMark.tsx';
import { useCall } from '../../store/use-call.ts';
import { durationOf, outcomeOf, selfTestName } from '../../words/smart.ts';

const SHOWN = 8;

/** The self-tests that the drive remembers. `controls` stands above them. */
export function SelfTests({ health, controls }: { health: DriveHealth; controls?: ReactNode }) {
  const { selfTests } = health;
  return (
    <section className="smart-tests" aria-label="Self-tests">
      <h4 className="panel-title">Self-tests</h4>
      {controls}
      {selfTests.length === 0 ? (
        <p className="label">The drive remembers none.</p>
      ) : (
        <div style={{ overflowX: 'auto' }}>
          <table className="table" aria-label="Self-tests that the drive remembers">
            <thead>
              <tr>
                <th>Test</th>
                <th>Outcome</th>
                <th className="num">At running time</th>
                <th className="num">First error at sector</th>
              </tr>
            </thead>
            <tbody>
              {selfTests.slice(0, SHOWN).map((test, index) => (
                <Row key={`${index}-${test.hours ?? ''}`} test={test} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ test }: { test: SelfTest }) {
  const { tone, word } = outcomeOf(test);
  return (
    <tr>
      <td>{test.kind === 'other' && test.type !== '' ? test.type : selfTestName(test.kind)}</td>
      <td>
        <span className="row">
          <ToneMark tone={tone} size={15} />
          {word}
          <span className="label">{test.words}</span>
        </span>
      </td>
      <td className="num nowrap">{test.hours === null ? '—' : `${formatCount(test.hours)} h`}</td>
      <td className="num">{test.firstErrorSector === null ? '—' : formatCount(test.firstErrorSector)}</td>
    </tr>
  );
}

/** Starts a self-test, shows how far it is, stops it. The drive does the testing; it stays usable meanwhile. */
export function SelfTestControls(props: {
  connection: ConnectionId;
  devno: string;
  health: DriveHealth;
  live: boolean;
}) {
  const { connection, devno, health, live } = props;
  const test = useCall('smart.test');
  const run = (kind: SelfTestKind) => void test.run({ connection, devno, kind });
  const { running, canSelfTest, shortTestMinutes: short, longTestMinutes: long } = health;
  const failure = test.error !== null && <Failure error={test.error} />;
  if (running !== null) {
    const done = running.remainingPercent === null ? null : 100 - running.remainingPercent;
    const words = `${selfTestName(running.kind)} is running${done === null ? '' : `, ${done} % done`}`;
    return (
      <>
        <div className="row row-wrap" role="status">
          <Progress className="smart-progress" value={done ?? 100} striped={done === null} aria-label={words} />
          <span>{words}</span>
          <Button
            variant="default"
            leftSection={<IconPlayerStop size={15} />}
            disabled={!live || test.busy}
            onClick={() => run('abort')}
          >
            Stop it
          </Button>
        </div>
        {failure}
      </>
    );
  }
  if (canSelfTest === null && health.protocol === 'nvme') {
    return <p className="label">Self-tests of NVMe drives need smartctl 7.4 or later.</p>;
  }
  if (canSelfTest === false) return <p className="label">This drive has no self-tests.</p>;
  return (
    <>
      <div className="row row-wrap">
        <Button variant="default" disabled={!live || test.busy} onClick={() => run('short')}>
          {short === null ? 'Short test' : `Short test, about ${durationOf(short)}`}
        </Button>
        <Button variant="default" disabled={!live || test.busy} onClick={() => run('long')}>
          {long === null ? 'Long test' : `Long test, about ${durationOf(long)}`}
        </Button>
        <span className="label">
          The drive tests itself and changes no data. It is slower meanwhile. A drive that sleeps is woken.
        </span>
      </div>
      {failure}
    </>
  );
}
