import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { MachineReport } from '../../../app/domain/machine.ts';
import { moduleBuildCommands } from '../../../app/domain/module.ts';
import { Failure } from '../../design/Notice.tsx';
import { useBridge, useLive } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';

/** What to do where the kernel has no module: install its package where there is one, else build it by hand. */
export function MissingModule({ connection, machine }: { connection: Connection; machine: MachineReport }) {
  const bridge = useBridge();
  const [offered, setOffered] = useState<boolean | null>(null);
  useEffect(() => {
    let wanted = true;
    bridge.call('module.offer', { connection: connection.id }).then(
      (answer) => wanted && setOffered(answer.offered),
      () => wanted && setOffered(false),
    );
    return () => {
      wanted = false;
    };
  }, [bridge, connection.id]);
  if (offered === null) return null;
  return offered ? <InstallModule connection={connection} machine={machine} /> : <BuildModule machine={machine} />;
}

function InstallModule({ connection, machine }: { connection: Connection; machine: MachineReport }) {
  const install = useCall('module.install');
  const live = useLive(connection);
  return (
    <section className="panel panel-body stack" aria-label="Install the kernel module">
      <h2 className="panel-title">Install the kernel module</h2>
      <ol className="install-steps">
        <li>You are asked for an administrator’s password.</li>
        <li>
          The package dm-remap-dkms is fetched from this computer’s package sources, with a compiler and the kernel’s
          headers where they are missing.
        </li>
        <li>The module is built for the kernel {machine.kernelRelease}, and again after each update of the kernel.</li>
      </ol>
      <p className="label">Nothing on your disks is changed. It takes some minutes.{secureBootWords(machine)}</p>
      {install.error !== null && <Failure error={install.error} />}
      <div className="row">
        <Button loading={install.busy} disabled={!live} onClick={() => void install.run({ connection: connection.id })}>
          Install the kernel module
        </Button>
        <span className="label" role="status">
          {install.busy && 'Installing. Leave the program open until it is done.'}
        </span>
      </div>
    </section>
  );
}

function secureBootWords({ secureBoot }: MachineReport): string {
  return secureBoot === 'on'
    ? ' Secure Boot is on: the kernel takes the module only when the key that signs it is enrolled on this computer, which is asked for at its next start.'
    : '';
}

function BuildModule({ machine }: { machine: MachineReport }) {
  return (
    <div className="panel panel-body stack">
      <h2 className="panel-title">How to build the kernel module</h2>
      <p>
        This computer’s package sources have no package of it. In a terminal, in the folder that holds the source of
        dm-remap Desktop:
      </p>
      <pre className="code-block">{moduleBuildCommands(machine.kernelRelease).join('\n')}</pre>
      <p className="label">
        {machine.secureBoot === 'on'
          ? 'Secure Boot is on: before the last command, sign dm-remap.ko with a key that is enrolled on this computer, or the kernel refuses it. '
          : ''}
        After an update of the kernel the module has to be built again. The lab works without any of this.
      </p>
    </div>
  );
}
