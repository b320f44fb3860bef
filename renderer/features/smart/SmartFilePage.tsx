import './smart.css';

import { Button, FileButton } from '@mantine/core';
import { IconFileDescription } from '@tabler/icons-react';
import { useState } from 'react';

import { appError, toErrorData, type ErrorData } from '../../../app/errors.ts';
import { driveForecast, noPast } from '../../../app/forecast/drive.ts';
import type { Forecast } from '../../../app/forecast/output.ts';
import { MAX_FILE_BYTES, readSmartctlFile, type SavedHealth } from '../../../app/smart/file.ts';
import { Empty } from '../../design/Empty.tsx';
import { Failure } from '../../design/Notice.tsx';
import { Time } from '../../design/Time.tsx';
import { DriveForecast } from '../forecast/ForecastPanel.tsx';
import { ForecastShort } from '../forecast/ForecastShort.tsx';
import { HealthView } from './HealthView.tsx';
import { SelfTests } from './SelfTests.tsx';

type Opened = { readonly name: string } & (
  { readonly saved: SavedHealth; readonly error: null } | { readonly saved: null; readonly error: ErrorData }
);

/** A drive from a saved smartctl file. The file is read in this window and sent nowhere. */
export function SmartFilePage() {
  const [opened, setOpened] = useState<Opened | null>(null);
  const open = async (file: File | null): Promise<void> => {
    if (file === null) return;
    try {
      setOpened({ name: file.name, saved: await readFile(file), error: null });
    } catch (thrown) {
      setOpened({ name: file.name, saved: null, error: toErrorData(thrown) });
    }
  };
  const saved = opened?.saved ?? null;
  const forecast = saved === null ? null : forecastOf(saved);
  const button = (
    <FileButton accept=".json,application/json,text/plain" onChange={(file) => void open(file)}>
      {(props) => <Button {...props}>{opened === null ? 'Open a smartctl file…' : 'Open another file…'}</Button>}
    </FileButton>
  );
  return (
    <div className="page">
      <section className="panel panel-body smart-tab" aria-label="A saved smartctl file">
        {opened === null ? (
          <>
            <h2 className="visually-hidden">A saved smartctl file</h2>
            <Empty icon={IconFileDescription} title="Look at a drive that is not here" action={button}>
              Open what <span className="mono">smartctl --json -x /dev/sdX</span> wrote on another computer. The file is
              read in this window and sent nowhere.
            </Empty>
          </>
        ) : (
          <>
            <div className="row row-wrap">
              <h2 className="section-title grow">{opened.name}</h2>
              {button}
            </div>
            {opened.error !== null && <Failure error={opened.error} />}
            {forecast !== null && <ForecastShort forecast={forecast} />}
            {opened.saved !== null && <Saved saved={opened.saved} />}
          </>
        )}
      </section>
      {forecast !== null && (
        <section className="panel" aria-label="Forecast of the drive">
          <DriveForecast forecast={forecast} from="file" />
        </section>
      )}
    </div>
  );
}

function Saved({ saved: { health, written } }: { saved: SavedHealth }) {
  return (
    <HealthView
      health={health}
      aside={
        <span className="label smart-read">
          {written === null ? (
            'The file does not say when it was written.'
          ) : (
            <>
              written <Time milliseconds={written} />
            </>
          )}
        </span>
      }
      tests={<SelfTests health={health} />}
    />
  );
}

/** As of when the file was written: what was to come then. */
function forecastOf({ health, written }: SavedHealth): Forecast {
  return driveForecast(health, 'unknown', noPast, written ?? Date.now());
}

async function readFile(file: File): Promise<SavedHealth> {
  if (file.size > MAX_FILE_BYTES) {
    throw appError(
      'bad-request',
      'This file is larger than 4 MiB, so it is no saved output of smartctl for one drive.',
      'Choose the file that smartctl --json -x wrote.',
    );
  }
  return readSmartctlFile(await file.text());
}
