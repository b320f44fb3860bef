import { useEffect } from 'react';

import { intentSchema, type Intent } from '../../../app/domain/plan.ts';
import { PlanFrame, type PlanFrameProps } from './PlanFrame.tsx';
import { usePlan } from './use-plan.ts';

type PlanDialogProps = Pick<PlanFrameProps, 'connection' | 'title' | 'action' | 'onClose' | 'onDone'> & {
  readonly intent: Intent;
};

/** Plan, read, confirm, do: for what asks nothing before. */
export function PlanDialog({ intent, ...frame }: PlanDialogProps) {
  const planning = usePlan(frame.connection.id);
  const { make } = planning;
  const wanted = JSON.stringify(intent);
  useEffect(() => {
    // The intent is compared by what it says: a new object with the same words needs no new plan.
    void make(intentSchema.parse(JSON.parse(wanted)));
  }, [make, wanted]);
  return <PlanFrame {...frame} planning={planning} onPlan={() => void make(intent)} />;
}
