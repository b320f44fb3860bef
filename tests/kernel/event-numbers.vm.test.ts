import { expect, it } from 'vitest';
import { resetToBlank, resetToContents, tableLine, useKernelLab } from './harness/index.ts';

const MIB = 1024 * 1024;
/** After a crash numbers go on so far above the last saved one. */
const SKIP = 65_536;

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 40 * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 48 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
  ],
});

it('numbers of events are not given twice, however many came before a power cut', async () => {
  const { kernelLab } = fixture;
  const [main, spare] = [kernelLab.lab.disk('main'), kernelLab.lab.disk('spare')];
  resetToContents(main);
  resetToBlank(spare);
  const line = (...features: string[]): string =>
    tableLine({
      length: main.bytes / 512,
      main: kernelLab.device('main'),
      spare: kernelLab.device('spare'),
      blockSectors: 1,
      features: ['no_scan', ...features],
      core: { storm_limit: 0, low_spare: 0, save_interval: 86_400 },
    });
  const target = fixture.target();
  await target.create(line('format'));
  await target.ask('remap', 0, SKIP + 4000);
  const { lastEvent } = await target.status();
  expect(lastEvent).toBeGreaterThan(SKIP + 4000);

  await kernelLab.powerCycle({ lose: 'all' });

  const again = fixture.target();
  await again.create(line());
  expect((await again.events(lastEvent)).map(({ type }) => type)).toEqual(['activate']);
});
