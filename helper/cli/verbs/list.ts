import type * as z from 'zod';

import type { listOutputSchema } from '../../../app/cli/live.ts';
import { OUTPUT_VERSION } from '../../../app/cli/spare.ts';
import type { BlockDevice } from '../../../app/domain/block-device.ts';
import { formatBytes, formatCount, sectorsToBytes } from '../../../app/domain/units.ts';
import { contentWords } from '../../words.ts';
import { machine, type Context } from '../context.ts';
import { aligned, plain } from '../terminal.ts';
import { waitingWords } from '../words.ts';

type Output = z.infer<typeof listOutputSchema>;

export async function list(context: Context): Promise<number> {
  const { terminal, args } = context;
  const handlers = machine(context);
  const [{ targets }, { devices }] = await Promise.all([handlers['targets.list']({}), handlers['devices.list']({})]);
  const waiting = devices.filter(({ spareOf }) => spareOf !== null && !spareOf.live);
  const output: Output = { version: OUTPUT_VERSION, targets, waiting };
  if (args.has('json')) {
    terminal.line(JSON.stringify(args.has('devices') ? { ...output, devices } : output));
    return 0;
  }
  printTargets(context, output, devices);
  for (const device of waiting) terminal.line(waitingWords(device, devices));
  if (args.has('devices')) {
    terminal.line();
    printDevices(context, devices);
  }
  return 0;
}

function printTargets({ terminal }: Context, { targets }: Output, devices: readonly BlockDevice[]): void {
  if (targets.length === 0) {
    terminal.line('No pair is active.');
    return;
  }
  const nameOf = (devno: string): string => devices.find((device) => device.devno === devno)?.path ?? devno;
  const rows = targets.map(({ name, status, mainDevno, spareDevno, lengthSectors }) => [
    name,
    status.mode,
    formatBytes(sectorsToBytes(lengthSectors)),
    nameOf(mainDevno),
    nameOf(spareDevno),
    `${formatCount(status.spareUsed)}/${formatCount(status.spareTotal)}`,
    formatCount(status.pending),
  ]);
  for (const line of aligned([['NAME', 'MODE', 'SIZE', 'MAIN', 'SPARE', 'USED', 'PENDING'], ...rows]))
    terminal.line(line);
}

function printDevices({ terminal }: Context, devices: readonly BlockDevice[]): void {
  for (const device of devices) {
    const { path, model, serial, sizeSectors, content, asMain, asSpare } = device;
    const facts = [model, serial].flatMap((fact) => (fact === null ? [] : [plain(fact)]));
    const holds = `holds ${plain(contentWords(content))}`;
    terminal.line([path, ...facts, formatBytes(sectorsToBytes(sizeSectors)), holds].join(', '));
    for (const [role, reasons] of [
      ['main', asMain],
      ['spare', asSpare],
    ] as const) {
      const blocked = reasons.find(({ level }) => level === 'block');
      terminal.line(`  as ${role}: ${blocked === undefined ? 'possible' : plain(blocked.sentence)}`);
    }
  }
}
