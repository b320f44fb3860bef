import { Checkbox, Loader, NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice, Reason } from '../../../app/domain/block-device.ts';
import type { Plan } from '../../../app/domain/plan.ts';
import { formatBytes, formatCounted, sectorsToBytes } from '../../../app/domain/units.ts';
import { Fold } from '../../design/Fold.tsx';
import { Failure, Notice } from '../../design/Notice.tsx';
import { DeviceAlias } from '../../design/DeviceName.tsx';
import { choiceOf, chosenAt } from '../../identity/choice.ts';
import { contentOf, modelOf, sizeOf } from '../../words/device.ts';
import { ConfirmInput } from '../plan/ConfirmInput.tsx';
import { PlanReview } from '../plan/PlanReview.tsx';
import type { Planning } from '../plan/use-plan.ts';
import { DeviceChoice } from './DeviceChoice.tsx';
import { nameProblem } from './names.ts';
import { nothingChosen, type Draft } from './draft.ts';
import { blockSizes, defaultBlockSectors, maybeOfPair, needsErase, spareReasons } from './pair.ts';

interface Common {
  readonly connection: Connection;
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
}

export function Head({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h2 className="wizard-title">{title}</h2>
      <p className="wizard-lead">{children}</p>
    </div>
  );
}

function disksOf(connection: Connection): BlockDevice[] {
  return connection.devices.filter((device) => device.kind === 'disk' || device.kind === 'partition');
}

/** Said where a choice was dropped because its disk is not the one any more that was chosen, and brought into sight. */
export function LostChoice({ lost }: { lost: NonNullable<Draft['lost']> }) {
  const what = lost.role === 'main' ? 'the aging disk' : 'the spare';
  const told = useRef<HTMLDivElement>(null);
  // Whoever has scrolled down sees only that the buttons went grey.
  useEffect(() => told.current?.scrollIntoView({ block: 'center' }), [lost]);
  return (
    <div role="alert" ref={told}>
      <Notice
        tone="warn"
        title={
          lost.replaced
            ? `Another disk has taken the place of the one that you chose as ${what}.`
            : `The disk that you chose as ${what} is not connected any more.`
        }
      >
        Look at the list and choose again.
      </Notice>
    </div>
  );
}

export function MainPage({ connection, draft, change, suggested }: Common & { suggested: string | null }) {
  const devices = disksOf(connection);
  const main = chosenAt(connection, draft.main);
  const doubt = main === null ? null : maybeOfPair(main);
  const pointed = suggested === null ? undefined : devices.find((device) => device.devno === suggested);
  return (
    <>
      <Head title="Which disk is aging?">
        What is on it stays where it is. From then on it is used through a new device, which serves its bad blocks from
        the spare.
      </Head>
      {pointed !== undefined && draft.main === null && (
        <Notice>
          You came here from {modelOf(pointed)} ({pointed.name}). Choose it below if it is the one.
        </Notice>
      )}
      <DeviceChoice
        connection={connection}
        legend="The aging disk"
        name="main"
        devices={devices}
        reasonsOf={(device) => device.asMain}
        chosen={main?.devno ?? null}
        onChoose={(device) => change({ ...nothingChosen, main: choiceOf(device) })}
      />
      {main !== null && doubt !== null && (
        <Notice tone="warn" title={doubt}>
          <Checkbox
            mt={6}
            checked={draft.mainIsFree}
            onChange={(event) => change({ mainIsFree: event.currentTarget.checked })}
            label={`${modelOf(main)} (${main.name}) does not belong to that spare`}
          />
        </Notice>
      )}
      <p className="label">
        A new disk is the better answer when you can get one. This gives an old one time; it does not replace a backup.
      </p>
    </>
  );
}

export function SparePage(props: Common & { main: BlockDevice; name: string; taken: readonly string[] }) {
  const { connection, draft, change, main, name } = props;
  const spare = chosenAt(connection, draft.spare);
  const blockSectors = draft.blockSectors ?? defaultBlockSectors(main);
  const blocks = spare === null ? null : Math.floor(spare.sizeSectors / blockSectors);
  const problem = nameProblem(name, props.taken);
  return (
    <>
      <Head title={`Which device is the spare for ${main.name}?`}>
        It takes the blocks that fail. A spare of {formatBytes(sectorsToBytes(main.sizeSectors) / 100)} has room for one
        block in a hundred of {sizeOf(main.sizeSectors)}. It must be a device of its own, and everything on it is
        erased.
      </Head>
      <DeviceChoice
        connection={connection}
        legend="The spare"
        name="spare"
        devices={disksOf(connection)}
        reasonsOf={(device) => spareReasons(main, device)}
        chosen={spare?.devno ?? null}
        onChoose={(device) => change({ spare: choiceOf(device), eraseSpare: false, lost: null })}
      />
      {spare !== null && needsErase(spare) && (
        <Notice tone="warn" title={`${modelOf(spare)} (${spare.name}) ${whyErase(spare)}`}>
          <Checkbox
            mt={6}
            checked={draft.eraseSpare}
            onChange={(event) => change({ eraseSpare: event.currentTarget.checked })}
            label={`Erase everything on ${spare.name}`}
          />
        </Notice>
      )}
      {blocks !== null && (
        <p>
          Room for about <strong>{formatCounted(blocks, 'block')}</strong> of{' '}
          {formatBytes(sectorsToBytes(blockSectors))}, less what the records need. The plan gives the exact number.
        </p>
      )}
      <div className="row row-wrap" style={{ alignItems: 'flex-start', gap: 'var(--space-4)' }}>
        <TextInput
          label="Name of the protected device"
          description={`It appears as /dev/mapper/${problem === null ? name : '…'}`}
          value={name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={problem}
          autoComplete="off"
          spellCheck={false}
          w={280}
        />
      </div>
      <Fold title="Block size">
        <NativeSelect
          label="Block size"
          description="Whole blocks get a place on the spare. 4 KiB suits nearly every disk; larger blocks use more of the spare for each failure."
          value={String(blockSectors)}
          onChange={(event) => change({ blockSectors: Number(event.currentTarget.value) })}
          data={blockSizes(main).map((size) => ({
            value: String(size),
            label: `${formatBytes(sectorsToBytes(size))} (${formatCounted(size, 'sector')})`,
          }))}
          maw={420}
        />
      </Fold>
    </>
  );
}

function whyErase(spare: BlockDevice): string {
  if (spare.content !== null) return `is not empty: ${contentOf(spare)}.`;
  return 'may be the main disk of a spare that is here. If it is, do not erase it.';
}

/** Reasons that consent to erasing the spare takes away. */
const erasable: ReadonlySet<Reason['code']> = new Set<Reason['code']>([
  'has-content',
  'already-spare',
  'already-protected',
]);

export function PlanPage(props: {
  connection: Connection;
  planning: Planning;
  spare: BlockDevice | null;
  /** The person agrees that what is on the spare is erased; the plan is made anew. */
  onErase: () => void;
}) {
  const { connection, planning, spare } = props;
  const { plan } = planning;
  const blocks = plan?.reasons.filter((reason) => reason.level === 'block') ?? [];
  // What is on a disk may be of a kind that no list of disks tells: only the plan's own look finds it.
  const onlyContent = blocks.length > 0 && blocks.every((reason) => erasable.has(reason.code));
  return (
    <>
      <Head title="What will happen">
        <strong>Nothing has been changed yet.</strong> When was the last backup of this disk made? If the answer is not
        at hand, make one first: it is the only thing that helps when the disk fails as a whole.
      </Head>
      {planning.planBusy && (
        <div className="row" role="status">
          <Loader size="xs" /> Looking at both devices…
        </div>
      )}
      {planning.planError !== null && <Failure error={planning.planError} />}
      {plan !== null && (
        <>
          {!plan.applicable && (
            <Notice tone="bad" title="This cannot be done as planned.">
              The reasons are below. Go back to choose other devices.
              {onlyContent && spare !== null && (
                <Checkbox mt={6} checked={false} onChange={props.onErase} label={`Erase everything on ${spare.name}`} />
              )}
            </Notice>
          )}
          <PlanReview connection={connection} plan={plan} />
          {plan.spareBlocks !== null && plan.applicable && (
            <p className="label">The spare will have room for {formatCounted(plan.spareBlocks, 'block')}.</p>
          )}
        </>
      )}
    </>
  );
}

export function ConfirmPage({ draft, change, plan, onSubmit }: Common & { plan: Plan; onSubmit: () => void }) {
  const spare = plan.entries.find((entry) => entry.role === 'spare')?.device ?? null;
  return (
    <>
      <Head title="Confirm">
        Compare what is written on the spare itself with what is written here. The wrong device cannot be brought back.
      </Head>
      {spare !== null && (
        <Notice
          tone="bad"
          title={`Everything on ${modelOf(spare)} (${spare.name}, ${sizeOf(spare.sizeSectors)}) is erased.`}
        >
          <span className="row">
            <DeviceAlias device={spare} /> {contentOf(spare)}
          </span>
        </Notice>
      )}
      {plan.confirm !== null && (
        <ConfirmInput
          confirm={plan.confirm}
          value={draft.typed}
          onChange={(typed) => change({ typed })}
          onSubmit={onSubmit}
        />
      )}
    </>
  );
}
