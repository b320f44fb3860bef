import { Button } from '@mantine/core';
import { IconShieldPlus } from '@tabler/icons-react';

import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import { href } from '../../app/router.ts';
import { Failure } from '../../design/Notice.tsx';
import { ToneMark } from '../../design/ToneMark.tsx';
import { useLive } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';
import { useHeardAgo } from './heard.ts';
import { verdictOfPair } from './pair-verdict.ts';

/** Whether the data is safe now, what to do, and the one thing that can be done from here. */
export function VerdictHead({ connection, target }: { connection: Connection; target: TargetView }) {
  const { device, status } = target;
  const live = useLive(connection);
  const verdict = verdictOfPair(connection, target, live);
  const resume = useCall('target.continue');
  const heard = useHeardAgo(target.heard, live);
  return (
    <>
      <section className="verdict" aria-label="Verdict">
        <span style={{ marginTop: 2 }}>
          <ToneMark tone={verdict.tone} size={24} />
        </span>
        <div className="grow verdict-text">
          <h2 className="verdict-sentence">{verdict.sentence}</h2>
          <p className="verdict-advice">{verdict.advice}</p>
          {(verdict.notes.length > 0 || heard !== null) && (
            <ul className="verdict-notes">
              {heard !== null && <li>{heard}</li>}
              {verdict.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
        </div>
        {live && status.mode === 'halted' && (
          <Button
            size="sm"
            loading={resume.busy}
            onClick={() => void resume.run({ connection: connection.id, name: device.name })}
          >
            Continue moving bad blocks
          </Button>
        )}
        {live && status.mode === 'rw' && device.mountedAt.length === 0 && (
          <Button
            variant="default"
            component="a"
            href={href({ at: 'device', connection: connection.id, name: device.name, tab: 'settings' })}
            leftSection={<IconShieldPlus size={16} />}
          >
            How to use it
          </Button>
        )}
      </section>
      {resume.error !== null && <Failure error={resume.error} />}
    </>
  );
}
