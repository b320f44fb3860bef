import type { DriveHealth, SmartAttribute, SmartReading, SmartView } from '../../app/domain/smart.ts';
import { driveForecast, noPast } from '../../app/forecast/drive.ts';
import { makeAttribute } from './attribute.ts';

function attribute(id: number, name: string, raw: string, part: Partial<SmartAttribute> = {}): SmartAttribute {
  const count = /^\d+$/.test(raw) ? Number(raw) : null;
  return makeAttribute(id, count, { name, raw, prefailure: [1, 5, 10].includes(id), ...part });
}

const barracuda: DriveHealth = {
  model: 'Barracuda ST4000',
  serial: 'LABMAIN-77A1',
  firmware: 'SC60',
  kind: 'hdd',
  protocol: 'ata',
  verdict: 'passed',
  powerOnHours: 31_412,
  powerCycles: 411,
  temperatureCelsius: 38,
  attributes: [
    attribute(1, 'Raw_Read_Error_Rate', '236160560', {
      count: null,
      decoded: '0 errors in 236160560 operations',
      value: 82,
      worst: 63,
      threshold: 6,
    }),
    attribute(5, 'Reallocated_Sector_Ct', '24', { threshold: 10 }),
    attribute(9, 'Power_On_Hours', '31412', { count: null, value: 65 }),
    attribute(10, 'Spin_Retry_Count', '0', { threshold: 97 }),
    attribute(187, 'Reported_Uncorrect', '3', { value: 97 }),
    attribute(188, 'Command_Timeout', '17180131332', { count: 4, decoded: '4 in all, 4 over 5 s, 4 over 7.5 s' }),
    attribute(190, 'Airflow_Temperature_Cel', '38 (Min/Max 24/44)', { value: 62, worst: 56, threshold: 45 }),
    attribute(197, 'Current_Pending_Sector', '8'),
    attribute(198, 'Offline_Uncorrectable', '8'),
    attribute(199, 'UDMA_CRC_Error_Count', '2', { value: 200, worst: 200 }),
  ],
  nvme: null,
  grownDefects: null,
  errorLogCount: 3,
  selfTests: [
    {
      kind: 'long',
      outcome: 'failed',
      type: 'Extended offline',
      words: 'Completed: read failure',
      hours: 31_380,
      firstErrorSector: 3_014_656,
    },
    {
      kind: 'short',
      outcome: 'passed',
      type: 'Short offline',
      words: 'Completed without error',
      hours: 30_110,
      firstErrorSector: null,
    },
  ],
  running: null,
  canSelfTest: true,
  shortTestMinutes: 1,
  longTestMinutes: 478,
};

const nvme: DriveHealth = {
  ...barracuda,
  model: 'Deskstar 7K',
  serial: 'LABFREE-0C55',
  firmware: '1.0',
  kind: 'nvme',
  protocol: 'nvme',
  powerOnHours: 12_164,
  powerCycles: 22,
  temperatureCelsius: 41,
  attributes: [],
  nvme: {
    warnings: [],
    criticalWarning: 0,
    percentageUsed: 12,
    availableSpare: 100,
    availableSpareThreshold: 10,
    mediaErrors: 0,
    unsafeShutdowns: 8,
    dataUnitsWritten: 184_919_244,
    dataUnitsRead: 20_126_802,
  },
  errorLogCount: 14,
  selfTests: [],
  running: { kind: 'short', remainingPercent: 60 },
  shortTestMinutes: null,
  longTestMinutes: null,
};

/** What each disk of the scene answers: an aging one, a bridge that hides it, one that is well, one asleep, a virtual one. */
const readings: Readonly<Record<string, SmartReading>> = {
  '8:0': { state: 'read', health: barracuda },
  '8:16': {
    state: 'unavailable',
    problem: { code: 'bridge-hides', detail: '/dev/sdb: Unknown USB bridge [0x1234:0x5678 (0x100)]' },
  },
  '8:32': { state: 'read', health: nvme },
  '8:48': { state: 'unavailable', problem: { code: 'asleep', detail: 'Device is in STANDBY mode, exit(3)' } },
};
const virtual: SmartReading = {
  state: 'unavailable',
  problem: { code: 'not-supported', detail: '/dev/vda: Unable to detect device type' },
};

export function sceneReading(devno: string): SmartReading {
  return readings[devno] ?? virtual;
}

/** The answers as the snapshot holds them, heard at `now`, Unix time in milliseconds. */
export function sceneSmart(now: number): Record<string, SmartView> {
  const views = [...Object.keys(readings), '254:0'].map((devno): [string, SmartView] => {
    const reading = sceneReading(devno);
    const health = reading.state === 'read' ? reading.health : null;
    const problem = reading.state === 'unavailable' ? reading.problem : null;
    const forecast = health === null ? null : driveForecast(health, 'unknown', noPast, now);
    return [devno, { reading: false, asked: now, problem, health, heard: health === null ? null : now, forecast }];
  });
  return structuredClone(Object.fromEntries(views));
}
