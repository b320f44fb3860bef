import './history.css';

import { Button, Loader, SegmentedControl } from '@mantine/core';
import { IconChartLine } from '@tabler/icons-react';
import { useState } from 'react';

import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import { formatCount, formatCounted } from '../../../app/domain/units.ts';
import { Empty } from '../../design/Empty.tsx';
import { Failure, Notice } from '../../design/Notice.tsx';
import { Time } from '../../design/Time.tsx';
import { deviceAt } from '../../identity/target.ts';
import { Chart } from './Chart.tsx';
import { Compare } from './Compare.tsx';
import { CounterCharts } from './CounterCharts.tsx';
import { charts } from './figures.ts';
import { durationText, ranges, type RangeName } from './ranges.ts';
import { gapsOf, isFlat, marksOf, rowsOf } from './series.ts';
import { useCounters } from './use-counters.ts';
import { useHistory, type Loaded } from './use-history.ts';

/** Marks closer than this part of the range are one. */
const CLOSE_PART = 1 / 60;

/** What is remembered of a device, over the time that is chosen. */
export function History({ connection, target }: { connection: Connection; target: TargetView }) {
  const [range, setRange] = useState<RangeName>('week');
  const { loaded, error, again } = useHistory(connection.id, target, range);
  return (
    <div className="panel-body history">
      <div className="row row-wrap">
        <SegmentedControl
          aria-label="How far back"
          value={range}
          onChange={setRange}
          data={ranges.map(({ value, label }) => ({ value, label }))}
        />
        {loaded !== null && <Kept loaded={loaded} />}
      </div>
      <Health connection={connection} />
      {error !== null && connection.history.error === null && (
        <Failure
          error={error}
          actions={
            <Button size="xs" variant="default" onClick={again}>
              Try again
            </Button>
          }
        />
      )}
      {loaded === null ? (
        error === null && (
          <div className="row" role="status">
            <Loader size="xs" /> Reading the history…
          </div>
        )
      ) : (
        <Shown connection={connection} target={target} loaded={loaded} onAll={() => setRange('all')} />
      )}
    </div>
  );
}

function Kept({ loaded: { answer } }: { loaded: Loaded }) {
  if (answer.kept === null) return null;
  return (
    <span className="label">
      Kept since <Time milliseconds={answer.kept.from} />. Times are of this computer.
    </span>
  );
}

/** Whether the history is being kept, where it is not as it should be. */
function Health({ connection: { history } }: { connection: Connection }) {
  return (
    <>
      {history.error !== null && (
        <Notice tone="warn" title={history.error.sentence}>
          {history.error.remedy}
        </Notice>
      )}
      {history.setAside !== null && (
        <Notice title="The history was damaged, and a new one was begun.">
          Found on <Time milliseconds={history.setAside.milliseconds} />. Nothing was deleted: the damaged file lies
          beside the new one as <span className="mono history-path">{history.setAside.file}</span>.
        </Notice>
      )}
    </>
  );
}

function Shown(props: { connection: Connection; target: TargetView; loaded: Loaded; onAll: () => void }) {
  const { connection, target, loaded, onAll } = props;
  const { from, to, answer } = loaded;
  const { mainDevno } = target.device;
  const disk = deviceAt(connection, mainDevno)?.diskDevno ?? mainDevno;
  const { counters, error: failure } = useCounters(connection, disk);
  if (answer.kept === null) {
    return (
      <Empty icon={IconChartLine} title="There is no history yet">
        The first reading is kept when the device is first heard from. Come back when something has changed.
      </Empty>
    );
  }
  if (answer.points.length === 0) {
    return (
      <Empty
        icon={IconChartLine}
        title="Nothing was read in this time"
        action={
          <Button variant="default" onClick={onAll}>
            Show all
          </Button>
        }
      >
        The program was closed, or this device was not there. Its last reading is of{' '}
        <Time milliseconds={answer.kept.to} />.
      </Empty>
    );
  }
  const rows = rowsOf(answer.points);
  const gaps = gapsOf(answer.points);
  const marks = marksOf(answer.events, (to - from) * CLOSE_PART);
  const shown = charts.filter(
    ({ series, optional }) => optional !== true || !series.every(({ figure }) => isFlat(answer.points, figure)),
  );
  return (
    <>
      <GapPattern />
      <div className="history-charts">
        {shown.map(({ title, series }) => (
          <Chart key={title} title={title} series={series} rows={rows} gaps={gaps} marks={marks} from={from} to={to} />
        ))}
      </div>
      <Remarks loaded={loaded} gaps={gaps.length} />
      {counters.length > 0 && (
        <section className="history" aria-label="What the main drive counted">
          <h3 className="panel-title">What the main drive counted</h3>
          <CounterCharts counters={counters} from={from} to={to} heard={connection.smart[disk]?.heard ?? null} />
        </section>
      )}
      {failure !== null && <Failure error={failure} />}
      <Compare
        key={loaded.range}
        connection={connection.id}
        device={target.device.uuid}
        from={from}
        to={to}
        counters={counters}
      />
    </>
  );
}

/** What the reader has to know to read the charts rightly. */
function Remarks({ loaded: { answer }, gaps }: { loaded: Loaded; gaps: number }) {
  const remarks = [
    'Lines show the last value of each interval; the band behind them its least and greatest.',
    gaps > 0 ? 'Hatched: nothing was read, since the program was closed or the device was not there.' : null,
    answer.eventsLeftOut > 0 ? `${formatCount(answer.eventsLeftOut)} older events of this time are not marked.` : null,
    answer.eventsLost > 0
      ? `${formatCounted(answer.eventsLost, 'event')} had been dropped from the spare before they could be read.`
      : null,
    ...answer.clockSetBack.map(
      ({ at, by }) =>
        `This computer’s clock was set back by ${durationText(by)} on ${new Date(at).toLocaleString()}: readings of before and after lie over each other there.`,
    ),
  ].filter((remark) => remark !== null);
  return (
    <ul className="history-remarks label">
      {remarks.map((remark) => (
        <li key={remark}>{remark}</li>
      ))}
    </ul>
  );
}

/** Referred to by every chart; an id is good for the whole page. */
function GapPattern() {
  return (
    <svg width="0" height="0" aria-hidden="true" className="history-defs">
      <defs>
        <pattern id="history-gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" fill="var(--surface-sunk)" />
          <line x1="0" y1="0" x2="0" y2="6" stroke="var(--line-strong)" strokeWidth="1.5" />
        </pattern>
      </defs>
    </svg>
  );
}
