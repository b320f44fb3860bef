import { Button } from '@mantine/core';
import { useState } from 'react';

import { formatCount } from '../../../app/domain/units.ts';
import { labWords, workloadWords } from '../../words/lab.ts';
import type { LabGroupProps } from './LabDock.tsx';

/** A program that writes to the protected device and later reads every block back, with its counts. */
export function WorkloadGroup({ connection, lab, targetName, busy, act }: LabGroupProps) {
  const { workload } = lab;
  const [seed, setSeed] = useState(1);
  const name = targetName ?? connection.targets[0]?.device.name ?? null;
  const running = workload.state === 'writing' || workload.state === 'verifying';
  const off = busy || lab.power !== 'on';
  return (
    <div className="lab-group" role="group" aria-label="Workload">
      <h3 className="ellipsis" title={workload.target === null ? undefined : `It uses ${workload.target}.`}>
        Workload: {workloadWords[workload.state]}
      </h3>
      <div className="row row-wrap">
        {running ? (
          <Button variant="default" size="compact-sm" disabled={off} onClick={() => act({ action: 'workload-stop' })}>
            Stop
          </Button>
        ) : (
          <Button
            size="compact-sm"
            disabled={off || name === null}
            onClick={() => {
              if (name === null) return;
              act({ action: 'workload-start', target: name, seed });
              setSeed(seed + 1);
            }}
          >
            Start writing
          </Button>
        )}
        <Button
          variant="default"
          size="compact-sm"
          disabled={off || workload.state === 'verifying' || workload.writesAcknowledged === 0}
          onClick={() => act({ action: 'workload-verify' })}
        >
          Read back
        </Button>
      </div>
      {name === null && <p className="label">{labWords.noTarget}</p>}
      <p className="lab-numbers">
        <Count value={workload.writesAcknowledged} word="acknowledged" />
        <Count value={workload.writesFailed} word="failed" />
        <Count value={workload.blocksVerified} word="read back right" />
        <Count value={workload.blocksWrong} word="wrong" bad />
        <Count value={workload.blocksUnreadable} word="unreadable" />
      </p>
    </div>
  );
}

function Count({ value, word, bad = false }: { value: number; word: string; bad?: boolean }) {
  return (
    <span className={bad && value > 0 ? 'lab-wrong' : ''}>
      <strong>{formatCount(value)}</strong> {word}
    </span>
  );
}
