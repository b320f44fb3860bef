import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** A place where something will be: says what, why it is not there, and what to do. */
export function Empty(props: { icon: Icon; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <span className="empty-art">
        <props.icon size={22} stroke={1.6} aria-hidden="true" />
      </span>
      <h3 className="section-title">{props.title}</h3>
      {props.children !== undefined && <p className="empty-text">{props.children}</p>}
      {props.action}
    </div>
  );
}
