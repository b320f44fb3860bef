import './start.css';

import { useEffect, useState } from 'react';

import type { ConnectionId } from '../../../app/bridge/snapshot.ts';
import type { DiskPreview } from '../../../app/domain/disk-preview.ts';
import { formatBytes, formatCounted } from '../../../app/domain/units.ts';
import { Fold } from '../../design/Fold.tsx';
import { useCall } from '../../store/use-call.ts';
import { transportName } from '../../words/device.ts';

/** Disks that are shown at once; a bench with more has the rest behind a fold. */
const SHOWN = 4;

/** The disks of a computer before anybody is asked for a password, so that one sees one's own disk first. */
export function DiskPreviewList({ connection }: { connection: ConnectionId }) {
  const { run, error } = useCall('devices.preview');
  const [disks, setDisks] = useState<readonly DiskPreview[] | null>(null);
  useEffect(() => {
    void run({ connection }).then((answer) => setDisks(answer?.disks ?? null));
  }, [run, connection]);
  if (error !== null) return <p className="label">{`${error.sentence} ${error.remedy}`}</p>;
  if (disks === null || disks.length === 0) return null;
  const rest = disks.slice(SHOWN);
  return (
    <section className="preview" aria-label="Disks of this computer">
      <Rows disks={disks.slice(0, SHOWN)} />
      {rest.length > 0 && (
        <Fold title={formatCounted(rest.length, 'more disk')}>
          <Rows disks={rest} />
        </Fold>
      )}
      <p className="label">
        Seen without a password. Serial numbers, which disk can be protected and why not, and protecting it need one.
      </p>
    </section>
  );
}

function Rows({ disks }: { disks: readonly DiskPreview[] }) {
  return (
    <ul className="preview-list">
      {disks.map((disk) => (
        <li key={disk.name}>
          <span className="row">
            <strong className="ellipsis">{disk.model ?? 'Disk without a model name'}</strong>
            <span className="label">{disk.name}</span>
            <span className="grow" />
            <span className="nowrap">{formatBytes(disk.sizeBytes)}</span>
          </span>
          <span className="label">{detailsOf(disk)}</span>
        </li>
      ))}
    </ul>
  );
}

/** `Hard disk, USB · ext4 “photos” · mounted at /mnt`. */
function detailsOf({ rotational, transport, contents, mountedAt }: DiskPreview): string {
  const kind = rotational ? 'Hard disk' : 'Solid-state disk';
  const parts = [transport === null ? kind : `${kind}, ${transportName(transport)}`];
  const named = contents.map(({ type, label }) => (label === null ? type : `${type} “${label}”`));
  if (named.length > 0) parts.push([...new Set(named)].join(', '));
  if (mountedAt.length > 0)
    parts.push(mountedAt.includes('/') ? 'the system runs from it' : `mounted at ${mountedAt.join(', ')}`);
  return parts.join(' · ');
}
