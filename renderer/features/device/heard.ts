import { useEffect, useState } from 'react';

/** `Last heard 12 s ago.` for a device that is not live; null while it is. */
export function useHeardAgo(heard: number, live: boolean): string | null {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (live) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [live]);
  return live ? null : `Last heard ${agoText(Math.max(0, now - heard))} ago.`;
}

/** A span of milliseconds in its largest whole unit. */
export function agoText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}
