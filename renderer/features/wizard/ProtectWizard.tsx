import './wizard.css';

import { Button, Loader } from '@mantine/core';
import { IconCheck, IconPlug } from '@tabler/icons-react';
import { useState } from 'react';

import type { Connection, ConnectionId } from '../../../app/bridge/snapshot.ts';
import { go } from '../../app/router.ts';
import { Empty } from '../../design/Empty.tsx';
import { Failure } from '../../design/Notice.tsx';
import { Steps } from '../../design/Steps.tsx';
import { deviceAt } from '../../identity/target.ts';
import { useConnection } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';
import { isConfirmed } from '../plan/ConfirmInput.tsx';
import { usePlan } from '../plan/use-plan.ts';
import { ConfirmPage, DoingPage, DonePage, MainPage, PlanPage, SparePage } from './pages.tsx';
import { freeName, nameProblem } from './names.ts';
import { defaultBlockSectors, needsErase, spareReasons } from './pair.ts';

const steps = ['The aging disk', 'The spare', 'What will happen', 'Confirm', 'Doing it', 'Done'] as const;

/** What was chosen so far. Devices by devno: what they are is read from the snapshot each time. */
export interface Draft {
  readonly main: string | null;
  readonly spare: string | null;
  /** null: the name that is proposed. */
  readonly name: string | null;
  readonly blockSectors: number | null;
  readonly eraseSpare: boolean;
  readonly typed: string;
}

/** Protects a disk in six steps. Nothing is chosen beforehand, and nothing is changed before the fifth. */
export function ProtectWizard(props: { connection: ConnectionId; suggested: string | null }) {
  const connection = useConnection(props.connection);
  if (connection === null) return null;
  if (connection.phase.state === 'open' || connection.applying !== null) {
    return <Wizard connection={connection} suggested={props.suggested} />;
  }
  return <NotOpen connection={connection} />;
}

function NotOpen({ connection }: { connection: Connection }) {
  const open = useCall('connection.open');
  const { phase } = connection;
  return (
    <div className="page page-narrow">
      {phase.state === 'failed' && <Failure error={phase.error} />}
      <div className="panel">
        {phase.state === 'opening' ? (
          <div className="panel-body stack">
            <div className="row">
              <Loader size="xs" /> Opening {connection.title}
            </div>
            <Steps
              label="Opening"
              steps={phase.steps.map((step, index) => ({ id: `${index}`, text: step.text, state: step.state }))}
            />
          </div>
        ) : (
          <Empty
            icon={IconPlug}
            title={`${connection.title} is not open`}
            action={
              <Button loading={open.busy} onClick={() => void open.run({ connection: connection.id })}>
                Open
              </Button>
            }
          >
            Choosing a disk needs a look at the disks, and that needs the connection. Nothing is changed by opening it.
          </Empty>
        )}
      </div>
      {open.error !== null && <Failure error={open.error} />}
    </div>
  );
}

function Wizard({ connection, suggested }: { connection: Connection; suggested: string | null }) {
  const [step, setStep] = useState(0);
  const [draft, setDraft] = useState<Draft>({
    main: null,
    spare: null,
    name: null,
    blockSectors: null,
    eraseSpare: false,
    typed: '',
  });
  const planning = usePlan(connection.id);
  const main = draft.main === null ? null : deviceAt(connection, draft.main);
  const spare = draft.spare === null ? null : deviceAt(connection, draft.spare);
  const taken = connection.targets.map((target) => target.device.name);
  const name = draft.name ?? (main === null ? '' : freeName(main, taken));
  const change = (part: Partial<Draft>): void => setDraft((now) => ({ ...now, ...part }));

  const makePlan = async (): Promise<void> => {
    if (main === null || spare === null) return;
    setStep(2);
    change({ typed: '' });
    await planning.make({
      action: 'create',
      main: { devno: main.devno },
      spare: { devno: spare.devno },
      name,
      blockSectors: draft.blockSectors ?? defaultBlockSectors(main),
      eraseSpare: draft.eraseSpare,
    });
  };
  const { plan } = planning;
  const confirmed = plan !== null && plan.applicable && isConfirmed(plan, draft.typed);
  const apply = async (): Promise<void> => {
    if (!confirmed) return;
    setStep(4);
    const done = await planning.apply(plan.confirm === null ? null : draft.typed);
    if (done !== null) setStep(5);
  };

  const mainBlocked = main === null || main.asMain.some((reason) => reason.level === 'block');
  const spareBlocked =
    main === null || spare === null || spareReasons(main, spare).some((reason) => reason.level === 'block');
  const spareReady = !spareBlocked && nameProblem(name, taken) === null && (!needsErase(spare) || draft.eraseSpare);
  const common = { connection, draft, change };

  return (
    <div className="page">
      <div className="wizard">
        <StepList step={step} />
        <div className="wizard-page">
          {step === 0 && <MainPage {...common} suggested={suggested} />}
          {step === 1 && main !== null && <SparePage {...common} main={main} name={name} taken={taken} />}
          {step === 2 && <PlanPage connection={connection} planning={planning} />}
          {step === 3 && plan !== null && <ConfirmPage {...common} plan={plan} onSubmit={() => void apply()} />}
          {step === 4 && <DoingPage planning={planning} />}
          {step === 5 && planning.done !== null && <DonePage done={planning.done} main={main} spare={spare} />}
          <div className="wizard-actions">
            {step === 0 && (
              <>
                <Cancel connection={connection.id} />
                <Continue disabled={mainBlocked} onClick={() => setStep(1)} />
              </>
            )}
            {step === 1 && (
              <>
                <Back onClick={() => setStep(0)} />
                <Continue disabled={!spareReady} onClick={() => void makePlan()} />
              </>
            )}
            {step === 2 && (
              <>
                <Back onClick={() => setStep(1)} />
                {planning.planError !== null && <Button onClick={() => void makePlan()}>Try again</Button>}
                <Continue disabled={plan?.applicable !== true} onClick={() => setStep(3)} />
              </>
            )}
            {step === 3 && (
              <>
                <Back onClick={() => setStep(2)} />
                <Button size="sm" color="red" disabled={!confirmed} onClick={() => void apply()}>
                  {spare === null ? 'Start protection' : `Erase ${spare.name} and protect ${main?.name ?? ''}`}
                </Button>
              </>
            )}
            {step === 4 && planning.applyError !== null && (
              <>
                <Cancel connection={connection.id} />
                <Button size="sm" onClick={() => void makePlan()}>
                  Plan it again
                </Button>
              </>
            )}
            {step === 5 && planning.done !== null && (
              <Button
                size="sm"
                onClick={() =>
                  planning.done !== null &&
                  go({ at: 'device', connection: connection.id, name: planning.done.name, tab: 'remaps' })
                }
              >
                Open {planning.done.name}
              </Button>
            )}
          </div>
        </div>
      </div>
    </div>
  );
}

function Continue(props: { disabled: boolean; onClick: () => void }) {
  return (
    <Button size="sm" disabled={props.disabled} onClick={props.onClick}>
      Continue
    </Button>
  );
}

function Back({ onClick }: { onClick: () => void }) {
  return (
    <Button size="sm" variant="default" onClick={onClick}>
      Back
    </Button>
  );
}

function Cancel({ connection }: { connection: ConnectionId }) {
  return (
    <Button size="sm" variant="default" onClick={() => go({ at: 'overview', connection })}>
      Cancel
    </Button>
  );
}

function StepList({ step }: { step: number }) {
  return (
    <ol className="wizard-steps" aria-label="Steps">
      {steps.map((name, index) => (
        <li key={name} aria-current={index === step ? 'step' : undefined}>
          <span className={`wizard-number ${index < step ? 'wizard-number-done' : ''}`}>
            {index < step ? <IconCheck size={12} stroke={3} aria-label="done" /> : index + 1}
          </span>
          <span className="wizard-step-name">{name}</span>
        </li>
      ))}
    </ol>
  );
}
