import './smart.css';

import { IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import type { DriveHealth } from '../../../app/domain/smart.ts';
import { formatCount, formatCounted } from '../../../app/domain/units.ts';
import { Serial } from '../../design/DeviceName.tsx';
import { Fold } from '../../design/Fold.tsx';
import { ToneMark } from '../../design/ToneMark.tsx';
import { verdictOfHealth } from '../../words/smart.ts';
import { AttributeTable } from './AttributeTable.tsx';
import { signsOf, type Sign } from './signs.ts';

/**
 * What a drive tells of itself: its own verdict, the few numbers that matter with what they mean, then everything.
 * `aside` stands beside the verdict, `tests` before the table of all attributes.
 */
export function HealthView(props: { health: DriveHealth; notice?: ReactNode; aside?: ReactNode; tests: ReactNode }) {
  const { health } = props;
  const verdict = verdictOfHealth(health);
  return (
    <div className="smart">
      <div className="smart-head">
        <ToneMark tone={verdict.tone} size={22} />
        <div className="grow">
          <h3 className="verdict-sentence">{verdict.sentence}</h3>
          <p className="verdict-advice">{verdict.advice}</p>
          <Identity health={health} />
        </div>
        {props.aside}
      </div>
      {props.notice}
      <ul className="smart-signs" aria-label="What matters">
        {signsOf(health).map((sign) => (
          <SignCard key={sign.id} sign={sign} />
        ))}
      </ul>
      {props.tests}
      {health.attributes.length > 0 && (
        <Fold title={`All ${formatCount(health.attributes.length)} attributes, as the vendor names them`}>
          <AttributeTable attributes={health.attributes} />
        </Fold>
      )}
    </div>
  );
}

function Identity({ health }: { health: DriveHealth }) {
  const { model, firmware, serial, kind, protocol, powerCycles, errorLogCount } = health;
  const kinds = { hdd: 'Hard disk', ssd: 'Solid-state disk', nvme: 'NVMe disk', unknown: 'Disk' } as const;
  const protocols = { ata: 'ATA', nvme: 'NVMe', scsi: 'SCSI' } as const;
  return (
    <ul className="verdict-notes">
      <li>{model ?? 'no model name'}</li>
      <li>{kind === 'nvme' ? kinds.nvme : `${kinds[kind]}, ${protocols[protocol]}`}</li>
      {firmware !== null && <li>firmware {firmware}</li>}
      <li>
        <Serial serial={serial} />
      </li>
      {powerCycles !== null && <li>switched on {formatCounted(powerCycles, 'time')}</li>}
      {errorLogCount !== null && <li>{formatCount(errorLogCount)} in its error log</li>}
    </ul>
  );
}

function SignMark({ tone }: Pick<Sign, 'tone'>) {
  return tone === 'note' ? (
    <IconInfoCircle size={16} stroke={1.8} className="smart-note" aria-hidden="true" />
  ) : (
    <ToneMark tone={tone} size={16} />
  );
}

function SignCard({ sign }: { sign: Sign }) {
  return (
    <li className="smart-sign">
      <div className="smart-sign-head">
        <SignMark tone={sign.tone} />
        <span className="grow">{sign.title}</span>
        <strong className="smart-sign-value">{sign.value}</strong>
      </div>
      <p className="label">
        {sign.what} <span className="smart-sign-meaning">{sign.meaning}</span>
      </p>
    </li>
  );
}
