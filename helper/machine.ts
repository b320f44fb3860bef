import { existsSync } from 'node:fs';
import { arch, release, type as kernelName } from 'node:os';

import type { MachineReport } from '../app/domain/machine.ts';
import { parseTargets } from './parse/targets.ts';
import { readTextOrNull } from './read-text.ts';
import { findTool, run, toolNames, toolRemedy } from './run.ts';
import { readSecureBoot } from './secure-boot.ts';

type ReportedTool = (typeof toolNames)[number];

const required: ReadonlySet<ReportedTool> = new Set(['dmsetup', 'lsblk', 'blkid', 'wipefs']);
const versionArguments: Record<ReportedTool, readonly string[]> = {
  dmsetup: ['version'],
  lsblk: ['--version'],
  blkid: ['-V'],
  wipefs: ['--version'],
  modprobe: ['--version'],
  smartctl: ['--version'],
  udevadm: ['--version'],
  dmesg: ['--version'],
};

/** What this machine can do and what is missing. */
export async function inspectMachine(): Promise<MachineReport> {
  const [tools, module] = await Promise.all([Promise.all(toolNames.map(inspectTool)), inspectModule()]);
  const secureBoot = readSecureBoot();
  return {
    kernelRelease: release(),
    architecture: arch(),
    system: systemName(readTextOrNull('/etc/os-release')) ?? `${kernelName()} ${release()}`.slice(0, 256),
    module,
    tools,
    secureBoot,
    problems: [...problemsOf(tools, module.state, secureBoot)],
  };
}

/** PRETTY_NAME of os-release(5). */
export function systemName(text: string | null): string | null {
  const [, value] = /^PRETTY_NAME=(.*)$/m.exec(text ?? '') ?? [];
  const name =
    value
      ?.trim()
      .replaceAll(/^["']|["']$/g, '')
      .replaceAll(/\\(.)/g, '$1') ?? '';
  return name === '' ? null : name.slice(0, 256);
}

/** True when modules.dep(5) has the module. */
export function listsModule(modulesDep: string | null): boolean {
  return /(?:^|\/)dm[-_]remap\.ko(?:\.[a-z0-9]+)?:/m.test(modulesDep ?? '');
}

async function inspectTool(name: ReportedTool): Promise<MachineReport['tools'][number]> {
  const path = findTool(name);
  return { name, path, version: path === null ? null : await versionOf(name), required: required.has(name) };
}

async function versionOf(name: ReportedTool): Promise<string | null> {
  // dmsetup fails where the kernel has no device-mapper, after having said its own version.
  const said = await run(name, versionArguments[name], { allowCodes: [0, 1] }).catch(() => null);
  const [line] = `${said?.stdout ?? ''}\n${said?.stderr ?? ''}`.split('\n').filter((text) => text.trim() !== '');
  return line?.trim().slice(0, 256) ?? null;
}

async function inspectModule(): Promise<MachineReport['module']> {
  const targetVersion = await loadedVersion().catch((thrown: unknown) => {
    // Without rights device-mapper cannot be asked; that the module is there can still be seen.
    if (process.getuid?.() === 0) throw thrown;
    return null;
  });
  if (targetVersion !== null || existsSync('/sys/module/dm_remap')) return { state: 'loaded', targetVersion };
  const installed = listsModule(readTextOrNull(`/lib/modules/${release()}/modules.dep`));
  return { state: installed ? 'installed' : 'missing', targetVersion: null };
}

/** Version of the target that the kernel has now, null when it has none. */
export async function loadedVersion(): Promise<string | null> {
  if (!existsSync('/sys/class/misc/device-mapper') || findTool('dmsetup') === null) return null;
  const { stdout } = await run('dmsetup', ['targets']);
  return parseTargets(stdout).get('remap') ?? null;
}

function* problemsOf(
  tools: MachineReport['tools'],
  module: MachineReport['module']['state'],
  secureBoot: MachineReport['secureBoot'],
): Generator<MachineReport['problems'][number]> {
  if (process.getuid?.() !== 0) {
    yield {
      sentence: 'The helper runs without administrator rights: it can look, but not change anything.',
      remedy: 'Open the connection again and allow it administrator rights when asked.',
      blocking: true,
    };
  }
  for (const { name, path, required: needed } of tools) {
    if (path === null && needed) {
      yield { sentence: `The program ${name} is not installed.`, remedy: toolRemedy(name), blocking: true };
    }
  }
  if (module === 'missing') {
    yield {
      sentence: `The kernel module dm-remap is not installed for the running kernel ${release()}.`,
      remedy:
        secureBoot === 'on'
          ? 'Build it from the source of dm-remap Desktop (the README has the commands). Secure Boot is on: sign it with an enrolled key before it is loaded.'
          : 'Build it from the source of dm-remap Desktop (the README has the commands), then look again.',
      blocking: true,
    };
  } else if (module === 'installed' && secureBoot === 'on') {
    yield {
      sentence: 'Secure Boot is on: the kernel takes the module dm-remap only when it is signed with an enrolled key.',
      remedy: 'If protecting a disk fails, enrol the key with "mokutil --import" and start the computer again.',
      blocking: false,
    };
  }
  for (const { name, path, required: needed } of tools) {
    if (path === null && !needed) {
      yield {
        sentence: `The program ${name} is not installed; some information is missing.`,
        remedy: toolRemedy(name),
        blocking: false,
      };
    }
  }
}
