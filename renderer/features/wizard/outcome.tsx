import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../../app/domain/block-device.ts';
import type { ErrorCode, ErrorData } from '../../../app/errors.ts';
import { Failure } from '../../design/Notice.tsx';
import { Steps } from '../../design/Steps.tsx';
import { modelOf } from '../../words/device.ts';
import { LostNotice } from '../overview/LostNotice.tsx';
import type { Done, Planning } from '../plan/use-plan.ts';
import { Head } from './pages.tsx';

/** Failures after which nobody told how the work ended: whoever did it was lost, or this window's way to it. */
const unheard: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'helper-died',
  'connection-closed',
  'lab-machine-died',
  'timeout',
]);

function doingWords(error: ErrorData | null): { title: string; lead: string } {
  if (error === null) {
    return {
      title: 'Doing it',
      lead: 'This takes a few seconds. Leave both devices connected. From here on it cannot be cancelled.',
    };
  }
  if (unheard.has(error.code)) {
    return {
      title: 'It is not known how far it came',
      lead: 'None of the steps writes to the disk to be protected, so what is on it is as it was. The spare may be erased in part. “Try again” looks first at what is there, then shows a new plan.',
    };
  }
  return {
    title: 'It was not done',
    lead: 'What had begun was undone as far as the steps below say. The disk to be protected was not changed.',
  };
}

export function DoingPage(props: { connection: Connection; planning: Planning; reopening: ErrorData | null }) {
  const { connection, planning, reopening } = props;
  const { title, lead } = doingWords(planning.applyError);
  const error = reopening ?? planning.applyError;
  return (
    <>
      <Head title={title}>{lead}</Head>
      <div className="panel panel-body">
        <Steps label="Progress" steps={planning.steps} />
      </div>
      {error !== null && <Failure error={error} />}
      {connection.phase.state === 'opening' && <LostNotice connection={connection} />}
    </>
  );
}

export function DonePage(props: { done: Done; main: BlockDevice | null; spare: BlockDevice | null }) {
  const { done, main } = props;
  const path = done.path ?? `/dev/mapper/${done.name}`;
  return (
    <>
      <Head title={`${main === null ? 'The disk' : modelOf(main)} is protected`}>
        Use <span className="mono">{path}</span> from now on instead of the disk itself. Bad blocks are moved by
        themselves when they are written.
      </Head>
      <div className="panel panel-body stack">
        <HowToUse path={path} main={main} />
        <p>
          Do not mount {main === null ? 'the old disk' : main.path} itself any more: what is written past the protection
          is not protected, and moved blocks hold old data there.
        </p>
        <p className="label">
          After a restart, open this program and choose “Start protection again” beside the spare.
          {props.spare === null
            ? ''
            : ` Keep ${modelOf(props.spare)} connected: without it moved blocks are out of reach.`}
        </p>
      </div>
    </>
  );
}

/** What can be done with the new device depends on what the main disk holds, which is what the new device holds. */
function HowToUse({ path, main }: { path: string; main: BlockDevice | null }) {
  const content = main?.content ?? null;
  switch (content?.usage) {
    case 'filesystem':
      return (
        <div>
          <h3 className="panel-title">To use what is on it</h3>
          <pre className="code-block">sudo mount {path} /mnt</pre>
        </div>
      );
    case 'partition-table':
      return (
        <div>
          <h3 className="panel-title">To use the partitions on it</h3>
          <pre className="code-block">sudo kpartx -av {path}</pre>
          <p className="label">Each partition then has a device of its own beside it in /dev/mapper. Mount those.</p>
        </div>
      );
    case 'crypto':
    case 'raid':
    case 'spare':
    case 'other':
    case undefined:
      return (
        <div>
          <h3 className="panel-title">To use it</h3>
          <p>
            {content === null
              ? 'Nothing was recognised on the disk. Partition or format the new device as you would a disk:'
              : `It holds what the disk holds (${content.type}). Open the new device with the tools for that:`}
          </p>
          <pre className="code-block">{path}</pre>
        </div>
      );
  }
}
