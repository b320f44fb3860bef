import './plan.css';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { Plan } from '../../../app/domain/plan.ts';
import { Fold } from '../../design/Fold.tsx';
import { Notice } from '../../design/Notice.tsx';
import { redact, secretsOf } from '../../identity/redact.ts';
import { usePrefs } from '../../store/context.tsx';
import { LabRoleBadge } from '../lab/LabRoleBadge.tsx';
import { usesOf } from '../../words/device.ts';

const roles = { main: 'Main', spare: 'Spare', mapping: 'New device' } as const;

/** What a plan would do to which device, in the helper's words, with serials hidden unless the eye is open. */
export function PlanReview({ connection, plan }: { connection: Connection; plan: Plan }) {
  const shown = usePrefs((prefs) => prefs.serialsShown);
  const secrets = shown ? [] : secretsOf(connection);
  const clean = (text: string): string => redact(text, secrets);
  return (
    <div className="stack">
      {plan.reasons.map((reason) => (
        <Notice
          key={`${reason.code} ${reason.sentence}`}
          tone={reason.level === 'block' ? 'bad' : 'warn'}
          title={clean(reason.sentence)}
        />
      ))}
      <div className="panel" style={{ overflowX: 'auto' }}>
        <table className="table">
          <thead>
            <tr>
              <th>Device</th>
              <th>What is on it</th>
              <th>What will be done</th>
            </tr>
          </thead>
          <tbody>
            {plan.entries.map((entry) => {
              const uses = entry.device === null ? null : usesOf(entry.device.users);
              const role = entry.role === 'mapping' && plan.intent.action !== 'create' ? 'Device' : roles[entry.role];
              return (
                <tr key={`${entry.role}${entry.title}`}>
                  <td>
                    <div className="plan-entry-title">{clean(entry.title)}</div>
                    <div className="row label">
                      {role}
                      {entry.device === null ? '' : ` · ${entry.device.name}`}
                      {entry.device !== null && <LabRoleBadge connection={connection} device={entry.device} />}
                    </div>
                  </td>
                  <td>
                    {clean(entry.holds)}
                    {uses !== null && <div className="label">{uses}</div>}
                  </td>
                  <td className={entry.destructive ? 'plan-destroys' : ''}>{clean(entry.willHappen)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {plan.commands.length > 0 && (
        <Fold title="The exact commands">
          <pre className="code-block">{plan.commands.map(clean).join('\n')}</pre>
        </Fold>
      )}
    </div>
  );
}
