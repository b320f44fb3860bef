import { Button } from '@mantine/core';

import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import { scanProgress, type ScanAction } from '../../../app/domain/scan.ts';
import { blockCount } from '../../../app/domain/target.ts';
import { formatCount } from '../../../app/domain/units.ts';
import { Failure } from '../../design/Notice.tsx';
import { useLive } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';
import { useScanDoing } from './use-scan-doing.ts';
import { coveredSentence, doingSentence, scanSentence, timeLeft } from './words.ts';
import './scan.css';

const actions: Readonly<Record<ScanAction, string>> = {
  start: 'Scan now',
  stop: 'Stop',
  pause: 'Pause',
  resume: 'Go on',
};

/** How far the scan of main is, and the buttons to begin, hold and end it. */
export function ScanPanel({ connection, target }: { connection: Connection; target: TargetView }) {
  const { device, status, events, heard } = target;
  const live = useLive(connection);
  const call = useCall('target.scan');
  const progress = scanProgress(device, status, events);
  const running = status.scanState === 'running';
  const doing = useScanDoing(connection.id, device.name, live && running);
  const act = (action: ScanAction): void => {
    void call.run({ connection: connection.id, name: device.name, action });
  };
  const offered: readonly ScanAction[] =
    progress === null ? ['start'] : [status.scanState === 'paused' ? 'resume' : 'pause', 'stop'];
  return (
    <section aria-label="Scan">
      <div className="gauge-row">
        <h3 className="panel-title">Scan</h3>
        {progress !== null && (
          <span>
            <strong>{`${(progress.part * 100).toFixed(1)} %`}</strong>{' '}
            <span className="label">{status.scanState === 'paused' ? 'paused' : 'done'}</span>
          </span>
        )}
      </div>
      {progress !== null && (
        <div
          className="meter"
          role="progressbar"
          aria-label="Part of the disk that was scanned"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(progress.part * 100)}
        >
          <div className="meter-fill" style={{ width: `${progress.part * 100}%`, background: 'var(--data-1)' }} />
        </div>
      )}
      {running && <p className="scan-now">{doingSentence(doing, status.scanBlock)}</p>}
      <p className="label scan-words">
        {scanSentence(status)}
        {progress !== null && coveredSentence(progress, blockCount(device))}
        {progress !== null && !running && ` Next: block ${formatCount(status.scanBlock)}.`}
        {progress !== null && running && timeLeft(progress, heard)}
      </p>
      <div className="row">
        {offered.map((action) => (
          <Button
            key={action}
            size="compact-sm"
            variant="default"
            disabled={!live || status.mode === 'fail'}
            loading={call.busy}
            onClick={() => act(action)}
          >
            {actions[action]}
          </Button>
        ))}
      </div>
      {call.error !== null && <Failure error={call.error} />}
    </section>
  );
}
