import './alerts.css';

import { CloseButton } from '@mantine/core';
import { IconAlertOctagonFilled, IconAlertTriangleFilled } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';

import type { Notice } from '../../../app/alerts/schema.ts';
import type { Connection, Snapshot } from '../../../app/bridge/snapshot.ts';

const MOST_SHOWN = 2;
/** What is not grave leaves the page by itself, in milliseconds: it stands among the alerts. */
const NOTABLE_STAYS_MS = 15_000;

/**
 * In a browser: shows what is told from now on, through the browser where it may, else on the page. The desktop window's
 * own process does that itself.
 */
export function Notices({ snapshot }: { snapshot: Snapshot }) {
  const [shown, setShown] = useState<readonly { key: string; notice: Notice }[]>([]);
  const seen = useRef<ReadonlySet<string> | null>(null);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());
  const { connections, app } = snapshot;
  useEffect(() => {
    const running = timers.current;
    return () => running.forEach((timer) => clearTimeout(timer));
  }, []);
  useEffect(() => {
    const known = connections.flatMap(noticesOf);
    const before = seen.current;
    seen.current = new Set([...(before ?? []), ...known.map(({ key }) => key)]);
    // What was told before this page was opened is listed among the alerts.
    if (before === null || app.host !== 'web') return;
    const news = known.filter(({ key }) => !before.has(key));
    if (news.length === 0) return;
    if ('Notification' in window && Notification.permission === 'granted') {
      for (const { key, notice } of news) new Notification(notice.title, { body: notice.body, tag: key });
    } else {
      setShown((now) => [...now, ...news].slice(-MOST_SHOWN));
      const passing = new Set(news.filter(({ notice }) => notice.weight !== 'grave').map(({ key }) => key));
      if (passing.size === 0) return;
      const timer = setTimeout(() => {
        timers.current.delete(timer);
        setShown((now) => now.filter(({ key }) => !passing.has(key)));
      }, NOTABLE_STAYS_MS);
      timers.current.add(timer);
    }
  }, [connections, app.host]);
  return (
    <div className="notices" role="log" aria-label="Notifications">
      {shown.map(({ key, notice }) => {
        const Icon = notice.weight === 'grave' ? IconAlertOctagonFilled : IconAlertTriangleFilled;
        return (
          <div key={key} className="notice-toast">
            <Icon
              size={18}
              style={{ color: notice.weight === 'grave' ? 'var(--bad-ink)' : 'var(--warn-ink)' }}
              aria-hidden="true"
            />
            <div className="grow">
              <p className="alert-sentence">{notice.title}</p>
              <p className="notice-toast-body">{notice.body}</p>
            </div>
            <CloseButton
              size="sm"
              aria-label="Dismiss"
              onClick={() => setShown((now) => now.filter((one) => one.key !== key))}
            />
          </div>
        );
      })}
    </div>
  );
}

function noticesOf({ id, alerts }: Connection): { key: string; notice: Notice }[] {
  // The numbers begin anew with the program; the time tells its runs apart.
  return alerts.notices.map((notice) => ({ key: `${id} ${notice.milliseconds} ${notice.number}`, notice }));
}
