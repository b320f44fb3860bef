import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import type { ErrorData } from '../../app/errors.ts';
import { redactError, secretsOf } from '../identity/redact.ts';
import { usePrefs, useSession } from '../store/context.tsx';
import { Fold } from './Fold.tsx';

export type NoticeTone = 'quiet' | 'warn' | 'bad';

export function Notice(props: { tone?: NoticeTone; title?: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  const { tone = 'quiet', title, children, actions } = props;
  const Icon = tone === 'quiet' ? IconInfoCircle : IconAlertTriangle;
  return (
    <div className={`notice notice-${tone}`}>
      <Icon size={18} stroke={1.8} aria-hidden="true" />
      <div className="grow">
        {title !== undefined && <div className="notice-title">{title}</div>}
        {children !== undefined && <div className="notice-text">{children}</div>}
        {actions !== undefined && <div className="row row-wrap notice-actions">{actions}</div>}
      </div>
    </div>
  );
}

/**
 * What went wrong, what to do next, and behind a fold what a support ticket needs, with serials hidden unless the eye is
 * open. Announced when it appears.
 */
export function Failure({ error: said, actions }: { error: ErrorData; actions?: ReactNode }) {
  const shown = usePrefs((prefs) => prefs.serialsShown);
  const snapshot = useSession((session) => session.snapshot);
  const error = shown ? said : redactError(said, snapshot?.connections.flatMap(secretsOf) ?? []);
  return (
    <div role="alert">
      <Notice tone="bad" title={error.sentence} actions={actions}>
        <p>{error.remedy}</p>
        <Fold title="Details">
          <pre className="code-block">{error.detail === undefined ? error.code : `${error.code}\n${error.detail}`}</pre>
        </Fold>
      </Notice>
    </div>
  );
}
