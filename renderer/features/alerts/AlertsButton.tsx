import './alerts.css';

import { ActionIcon, Drawer, Tooltip } from '@mantine/core';
import { IconBell, IconBellRinging } from '@tabler/icons-react';
import { useState } from 'react';

import { isGrave } from '../../../app/alerts/rules.ts';
import type { Connection } from '../../../app/bridge/snapshot.ts';
import { formatCounted } from '../../../app/domain/units.ts';
import { useSession } from '../../store/context.tsx';
import { AlertsPanel } from './AlertsPanel.tsx';

const none: readonly Connection[] = [];

/** In the top bar: how many alerts stand, and the panel that lists them. */
export function AlertsButton() {
  const connections = useSession(({ snapshot }) => snapshot?.connections ?? none);
  const [opened, setOpened] = useState(false);
  const open = connections.flatMap(({ alerts }) => alerts.open);
  const grave = open.some(isGrave);
  const label = open.length === 0 ? 'No alerts' : formatCounted(open.length, 'alert');
  const Icon = open.length === 0 ? IconBell : IconBellRinging;
  return (
    <>
      <Tooltip label={label}>
        <ActionIcon aria-label={label} aria-haspopup="dialog" onClick={() => setOpened(true)} className="alerts-button">
          <Icon size={18} stroke={1.7} />
          {open.length > 0 && (
            <span className={`alerts-count ${grave ? 'alerts-count-grave' : ''}`} aria-hidden="true">
              {open.length > 99 ? '99+' : open.length}
            </span>
          )}
        </ActionIcon>
      </Tooltip>
      <Drawer opened={opened} onClose={() => setOpened(false)} position="right" size={430} title="Alerts">
        <AlertsPanel connections={connections} onGo={() => setOpened(false)} />
      </Drawer>
    </>
  );
}
