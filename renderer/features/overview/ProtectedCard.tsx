import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import { scanProgress } from '../../../app/domain/scan.ts';
import { spareFree } from '../../../app/domain/spare.ts';
import { formatCount, formatCounted, nounFor } from '../../../app/domain/units.ts';
import { href } from '../../app/router.ts';
import { AliasName } from '../../design/DeviceName.tsx';
import { ToneMark } from '../../design/ToneMark.tsx';
import { targetIdentity } from '../../identity/target.ts';
import { useLive } from '../../store/context.tsx';
import { sizeOf } from '../../words/device.ts';
import { verdictOfPair } from '../device/pair-verdict.ts';
import { HeatStrip } from '../heatmap/HeatStrip.tsx';
import { useStrip } from '../heatmap/use-strip.ts';
import { scanShort } from '../scan/words.ts';
import { Trend } from './Trend.tsx';

/** One protected device: whether its data is safe, the whole disk in a strip, and what is left. */
export function ProtectedCard({ connection, target }: { connection: Connection; target: TargetView }) {
  const { device, status } = target;
  const live = useLive(connection);
  const verdict = verdictOfPair(connection, target, live);
  const strip = useStrip(connection.id, target);
  const free = spareFree(status);
  return (
    <article className="panel protected-card" style={{ position: 'relative' }} aria-label={device.name}>
      <div className="protected-head">
        <ToneMark tone={verdict.tone} size={22} />
        <div className="grow">
          <h3 className="protected-verdict">
            <a href={href({ at: 'device', connection: connection.id, name: device.name, tab: 'remaps' })}>
              {verdict.sentence}
            </a>
          </h3>
          <div className="row row-wrap label" style={{ marginTop: 3 }}>
            <strong>{device.name}</strong>
            <AliasName identity={targetIdentity(connection, device)} />
            <span>{sizeOf(device.lengthSectors)}</span>
            <span>{device.mountedAt.length === 0 ? 'not mounted' : `mounted at ${device.mountedAt.join(', ')}`}</span>
          </div>
        </div>
      </div>
      <HeatStrip codes={strip} label={`${device.name}: the whole disk, start to end`} />
      <div className="protected-facts">
        <Fact label="Moved" value={formatCount(status.spareUsed)} unit={nounFor(status.spareUsed, 'block')} />
        <Fact label="Cannot be read" value={formatCount(status.pending)} unit={nounFor(status.pending, 'block')} />
        <Fact label="Spare left" value={formatCount(free)} unit={`of ${formatCounted(status.spareTotal, 'block')}`} />
        <Fact label="Scan" {...scanShort(status, scanProgress(device, status, target.events), target.heard)} />
        <Trend samples={target.samples} />
      </div>
    </article>
  );
}

function Fact({ label, value, unit }: { label: string; value: string; unit: string }) {
  return (
    <div className="fact">
      <span className="label">{label}</span>
      <span>
        <span className="fact-value">{value}</span> <span className="label">{unit}</span>
      </span>
    </div>
  );
}
