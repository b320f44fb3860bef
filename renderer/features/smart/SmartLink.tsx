import './smart.css';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../../app/domain/block-device.ts';
import { href } from '../../app/router.ts';
import { ToneMark } from '../../design/ToneMark.tsx';
import { shortVerdict } from '../../words/smart.ts';
import { saidFailedAt } from './said-failed.ts';

/** A drive's own verdict in a word or two, leading to everything it tells. A partition has that of its disk. */
export function SmartLink({ connection, device }: { connection: Connection; device: BlockDevice }) {
  const { tone, short } = shortVerdict(connection.smart[device.diskDevno], saidFailedAt(connection, device.diskDevno));
  return (
    <a
      className="smart-link"
      href={href({ at: 'disk', connection: connection.id, devno: device.devno })}
      aria-label={`Health of ${device.name}: ${short}`}
    >
      <ToneMark tone={tone} size={15} />
      {short}
    </a>
  );
}
