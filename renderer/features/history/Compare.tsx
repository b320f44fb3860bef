import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';

import type { ConnectionId } from '../../../app/bridge/snapshot.ts';
import { formatCount } from '../../../app/domain/units.ts';
import { toErrorData, type ErrorData } from '../../../app/errors.ts';
import { valueAt, type CounterHistory } from '../../../app/history/counters.ts';
import { GAP_MS, type HistoryPoint } from '../../../app/history/schema.ts';
import { Failure } from '../../design/Notice.tsx';
import { Time } from '../../design/Time.tsx';
import { useBridge } from '../../store/context.tsx';
import { compared, comparedCounters } from './figures.ts';
import { fromField, toField } from './ranges.ts';

/** Two moments side by side, and what changed between them. */
export function Compare(props: {
  connection: ConnectionId;
  device: string;
  from: number;
  to: number;
  /** Of the main drive. */
  counters: readonly CounterHistory[];
}) {
  const { connection, device, counters } = props;
  const [first, setFirst] = useState(() => toField(props.from));
  const [second, setSecond] = useState(() => toField(props.to));
  const before = useReading(connection, device, fromField(first));
  const after = useReading(connection, device, fromField(second));
  const error = before.error ?? after.error;
  return (
    <section className="history-compare" aria-label="Two dates compared">
      <div className="row row-wrap">
        <h3 className="panel-title grow">Two dates compared</h3>
        <MomentField label="First date" value={first} max={toField(props.to)} onChange={setFirst} />
        <MomentField label="Second date" value={second} max={toField(props.to)} onChange={setSecond} />
      </div>
      {error !== null && <Failure error={error} />}
      {error === null && (
        <table className="table" aria-label="Figures at both dates">
          <thead>
            <tr>
              <th>Figure</th>
              <th className="num">
                <ReadAt wanted={fromField(first)} point={before.point} />
              </th>
              <th className="num">
                <ReadAt wanted={fromField(second)} point={after.point} />
              </th>
              <th className="num">Difference</th>
            </tr>
          </thead>
          <tbody>
            {compared.map(({ figure, name }) => (
              <Row
                key={figure}
                name={name}
                before={before.point?.figures[figure][2] ?? null}
                after={after.point?.figures[figure][2] ?? null}
              />
            ))}
            {comparedCounters.map(({ counter, name }) => {
              const found = counters.find((one) => one.name === counter);
              return found === undefined ? null : (
                <Row
                  key={counter}
                  name={`Main drive: ${name.charAt(0).toLowerCase()}${name.slice(1)}`}
                  before={valueAtField(found, first)}
                  after={valueAtField(found, second)}
                />
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

function valueAtField(counter: CounterHistory, field: string): number | null {
  const moment = fromField(field);
  return moment === null ? null : valueAt(counter, moment);
}

function Row({ name, before, after }: { name: string; before: number | null; after: number | null }) {
  return (
    <tr>
      <td>{name}</td>
      <td className="num">{before === null ? '–' : formatCount(before)}</td>
      <td className="num">{after === null ? '–' : formatCount(after)}</td>
      <td className="num">{before === null || after === null ? '–' : <Difference by={after - before} />}</td>
    </tr>
  );
}

function MomentField(props: { label: string; value: string; max: string; onChange: (value: string) => void }) {
  const { label, value, max, onChange } = props;
  return (
    <label className="row label">
      {label}
      <TextInput
        type="datetime-local"
        size="xs"
        value={value}
        max={max}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

/** When the figures were really read, where that is not when they were asked for. */
function ReadAt({ wanted, point }: { wanted: number | null; point: HistoryPoint | null }) {
  if (wanted === null) return <>Choose a date</>;
  if (point === null) return <>No reading that old</>;
  return (
    <>
      {wanted - point.to > GAP_MS && 'last read '}
      <Time milliseconds={point.to} />
    </>
  );
}

function Difference({ by }: { by: number }) {
  if (by === 0) return <span className="muted nowrap">no change</span>;
  return <strong>{`${by > 0 ? '+' : '−'}${formatCount(Math.abs(by))}`}</strong>;
}

interface Read {
  readonly point: HistoryPoint | null;
  readonly error: ErrorData | null;
}

const nothingRead: Read = { point: null, error: null };

/** What was read at a moment; nothing while none is chosen. */
function useReading(connection: ConnectionId, device: string, milliseconds: number | null): Read {
  const bridge = useBridge();
  const [read, setRead] = useState<Read>(nothingRead);
  useEffect(() => {
    let current = true;
    const set = (next: Read): void => {
      if (current) setRead(next);
    };
    if (milliseconds !== null) {
      bridge.call('history.at', { connection, device, milliseconds }).then(
        ({ point }) => set({ point, error: null }),
        (thrown: unknown) => set({ point: null, error: toErrorData(thrown) }),
      );
    }
    return () => {
      current = false;
    };
  }, [bridge, connection, device, milliseconds]);
  return milliseconds === null ? nothingRead : read;
}
