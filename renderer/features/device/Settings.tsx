import { Button, NumberInput } from '@mantine/core';
import { useState } from 'react';

import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import { blockCount } from '../../../app/domain/target.ts';
import { formatCount, formatCounted } from '../../../app/domain/units.ts';
import { go } from '../../app/router.ts';
import { Failure } from '../../design/Notice.tsx';
import { useLive } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';
import { PlanDialog } from '../plan/PlanDialog.tsx';
import { ScanSettings } from './ScanSettings.tsx';
import { Setting } from './Setting.tsx';

/** What can be done with a protected device: use it, set its scan, move blocks by hand, continue, stop the protection. */
export function Settings({ connection, target }: { connection: Connection; target: TargetView }) {
  const { device, status } = target;
  const live = useLive(connection);
  return (
    <div className="settings">
      <Setting
        title="Use it"
        text={
          <>
            Mount <span className="mono">{device.path}</span> instead of the main disk.{' '}
            {device.mountedAt.length === 0
              ? 'It is not mounted now.'
              : `It is mounted at ${device.mountedAt.join(', ')}.`}{' '}
            What is read or written past it, on the main disk itself, is not protected and may be damaged.
          </>
        }
      />
      <ScanSettings connection={connection} target={target} live={live} />
      <MoveNow connection={connection} target={target} live={live} />
      {status.spareUsed > 0 && <MoveBack connection={connection} target={target} live={live} />}
      {status.mode === 'halted' && <Continue connection={connection} target={target} live={live} />}
      <Stop connection={connection} target={target} live={live} />
    </div>
  );
}

interface Props {
  readonly connection: Connection;
  readonly target: TargetView;
  readonly live: boolean;
}

const MOST_BLOCKS = 65_536;

interface BlockInputProps {
  readonly label: string;
  /** Blocks of the device. */
  readonly blocks: number;
  readonly value: number | null;
  readonly onChange: (block: number | null) => void;
}

function BlockInput({ label, blocks, value, onChange }: BlockInputProps) {
  return (
    <NumberInput
      label={label}
      description={`0 to ${formatCount(blocks - 1)}`}
      value={value ?? ''}
      onChange={(given) => onChange(typeof given === 'number' ? given : null)}
      min={0}
      max={blocks - 1}
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=","
      hideControls
      w={150}
    />
  );
}

function MoveNow({ connection, target, live }: Props) {
  const move = useCall('target.remap');
  const blocks = blockCount(target.device);
  const [block, setBlock] = useState<number | null>(null);
  const [count, setCount] = useState(1);
  const [moved, setMoved] = useState<string | null>(null);
  const fits = block !== null && block + count <= blocks;
  const run = async (): Promise<void> => {
    if (block === null) return;
    setMoved(null);
    const before = target.status.spareUsed;
    const status = await move.run({ connection: connection.id, name: target.device.name, block, blockCount: count });
    if (status !== null) setMoved(`${formatCounted(Math.max(0, status.spareUsed - before), 'block')} moved.`);
  };
  return (
    <Setting
      title="Move blocks now"
      text="Moves blocks to the spare before they fail. Sectors that cannot be read stay on the main disk. Blocks that were moved already are completed, not moved again."
    >
      <div className="stack">
        <div className="row row-wrap" style={{ alignItems: 'flex-end' }}>
          <BlockInput label="First block" blocks={blocks} value={block} onChange={setBlock} />
          <NumberInput
            label="Blocks"
            description={`up to ${formatCount(MOST_BLOCKS)}`}
            value={count}
            onChange={(value) => setCount(typeof value === 'number' ? value : 1)}
            min={1}
            max={MOST_BLOCKS}
            allowDecimal={false}
            allowNegative={false}
            thousandSeparator=","
            hideControls
            w={110}
          />
          <Button
            variant="default"
            disabled={!live || !fits || count < 1}
            loading={move.busy}
            onClick={() => void run()}
          >
            Move now
          </Button>
        </div>
        {block !== null && !fits && <p className="label">The disk has only {formatCount(blocks)} blocks.</p>}
        {moved !== null && <p role="status">{moved}</p>}
        {move.error !== null && <Failure error={move.error} />}
      </div>
    </Setting>
  );
}

function MoveBack({ connection, target, live }: Props) {
  const unmap = useCall('target.unmap');
  const blocks = blockCount(target.device);
  const [block, setBlock] = useState<number | null>(null);
  const [given, setGiven] = useState<number | null>(null);
  const fits = block !== null && block < blocks;
  const run = async (): Promise<void> => {
    if (block === null) return;
    setGiven(null);
    const status = await unmap.run({ connection: connection.id, name: target.device.name, block });
    if (status !== null) setGiven(block);
  };
  return (
    <Setting
      title="Move a block back"
      text="Writes a moved block to the main disk again, reads it back and compares, and frees its place on the spare. When the main disk still fails there, the block stays on the spare. Bad blocks seldom become good: do this only when you know why one did."
    >
      <div className="stack">
        <div className="row row-wrap" style={{ alignItems: 'flex-end' }}>
          <BlockInput label="Block" blocks={blocks} value={block} onChange={setBlock} />
          <Button variant="default" disabled={!live || !fits} loading={unmap.busy} onClick={() => void run()}>
            Move back
          </Button>
        </div>
        {given !== null && <p role="status">{`Block ${formatCount(given)} is on the main disk again.`}</p>}
        {unmap.error !== null && <Failure error={unmap.error} />}
      </div>
    </Setting>
  );
}

function Continue({ connection, target, live }: Props) {
  const resume = useCall('target.continue');
  return (
    <Setting
      title="Continue"
      text="Moving of bad blocks is halted. Continue when the main disk answers again: while its cable is loose, good blocks would be moved too."
    >
      <div className="stack">
        <Button
          disabled={!live}
          loading={resume.busy}
          onClick={() => void resume.run({ connection: connection.id, name: target.device.name })}
        >
          Continue
        </Button>
        {resume.error !== null && <Failure error={resume.error} />}
      </div>
    </Setting>
  );
}

function Stop({ connection, target, live }: Props) {
  const [open, setOpen] = useState<'deactivate' | 'remove' | null>(null);
  const { name } = target.device;
  return (
    <>
      <Setting
        title="Stop protection for now"
        text="Takes the protected device away and keeps everything on the spare, so that protection can be started again. Until then the main disk must not be used: moved blocks hold old data there."
      >
        <Button variant="default" disabled={!live} onClick={() => setOpen('deactivate')}>
          Stop for now…
        </Button>
      </Setting>
      <Setting
        title="Remove protection for good"
        text="Ends the pair and erases what it stored on the spare. The plan says what becomes of blocks that live on the spare."
      >
        <Button variant="default" c="var(--bad-ink)" disabled={!live} onClick={() => setOpen('remove')}>
          Remove…
        </Button>
      </Setting>
      {open !== null && (
        <PlanDialog
          connection={connection}
          title={open === 'deactivate' ? `Stop protection of ${name} for now` : `Remove protection of ${name} for good`}
          action={open === 'deactivate' ? 'Stop protection' : 'Remove protection'}
          intent={{ action: open, name }}
          onClose={() => setOpen(null)}
          onDone={() => {
            setOpen(null);
            go({ at: 'overview', connection: connection.id });
          }}
        />
      )}
    </>
  );
}
