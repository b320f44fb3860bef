import { Button, Loader, Modal } from '@mantine/core';
import { useEffect, useState } from 'react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import { intentSchema, type Intent } from '../../../app/domain/plan.ts';
import { Failure } from '../../design/Notice.tsx';
import { Steps } from '../../design/Steps.tsx';
import { ConfirmInput, isConfirmed } from './ConfirmInput.tsx';
import { PlanReview } from './PlanReview.tsx';
import { usePlan, type Done } from './use-plan.ts';

export interface PlanDialogProps {
  readonly connection: Connection;
  readonly title: string;
  readonly intent: Intent;
  readonly action: string;
  readonly onClose: () => void;
  readonly onDone: (done: Done) => void;
}

/** Plan, read, confirm, do: for everything but the first protection, which has the wizard. */
export function PlanDialog({ connection, title, intent, action, onClose, onDone }: PlanDialogProps) {
  const planning = usePlan(connection.id);
  const { make, plan, applyBusy } = planning;
  const [typed, setTyped] = useState('');
  const wanted = JSON.stringify(intent);
  useEffect(() => {
    // The intent is compared by what it says: a new object with the same words needs no new plan.
    void make(intentSchema.parse(JSON.parse(wanted)));
  }, [make, wanted]);
  const ready = plan?.applicable === true && isConfirmed(plan, typed) && !applyBusy && planning.applyError === null;
  const destructive = plan?.entries.some((entry) => entry.destructive) ?? false;
  const submit = async (): Promise<void> => {
    if (plan === null || !ready) return;
    const done = await planning.apply(plan.confirm === null ? null : typed);
    if (done !== null) onDone(done);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size="xl"
      closeOnClickOutside={false}
      closeOnEscape={!applyBusy}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className="stack">
        {planning.planBusy && (
          <div className="row" role="status">
            <Loader size="xs" /> Looking at the devices…
          </div>
        )}
        {planning.planError !== null && <Failure error={planning.planError} />}
        {plan !== null && <PlanReview connection={connection} plan={plan} />}
        {plan !== null && plan.confirm !== null && plan.applicable && (
          <ConfirmInput confirm={plan.confirm} value={typed} onChange={setTyped} onSubmit={() => void submit()} />
        )}
        {(applyBusy || planning.applyError !== null) && <Steps label={title} steps={planning.steps} />}
        {planning.applyError !== null && <Failure error={planning.applyError} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose} disabled={applyBusy}>
            {planning.applyError === null ? 'Cancel' : 'Close'}
          </Button>
          {planning.applyError === null ? (
            <Button
              color={destructive ? 'red' : 'blue'}
              disabled={!ready}
              loading={applyBusy}
              onClick={() => void submit()}
            >
              {action}
            </Button>
          ) : (
            <Button onClick={() => void make(intent)}>Plan it again</Button>
          )}
        </div>
      </div>
    </Modal>
  );
}
