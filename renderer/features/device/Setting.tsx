import type { ReactNode } from 'react';

/** One thing that can be done or set: what it is, beside what does it. */
export function Setting({ title, text, children }: { title: string; text: ReactNode; children?: ReactNode }) {
  return (
    <div className="setting">
      <div className="setting-text">
        <h3 className="panel-title">{title}</h3>
        <p>{text}</p>
      </div>
      {children}
    </div>
  );
}
