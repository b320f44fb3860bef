import { describe, expect, it } from 'vitest';
import { judgeRun, planFor } from '../kernel/harness/crash-report.ts';
import { PLANTS, withPlant } from './plants.ts';
import { recordInLab } from './record.ts';

describe('the check of crash states', () => {
  it('finds that a write completes before its mapping is durable', async () => {
    const plant = PLANTS.get('commit-late');
    if (plant === undefined) throw new Error('there is no such planted bug');
    const run = await withPlant(plant, (folder) => recordInLab(1, folder));
    const { failures, total } = await judgeRun(run, planFor(run, 5000));
    // Some, as the mapping of most instants was written meanwhile.
    expect(failures.length).toBeGreaterThan(10);
    expect(failures.length).toBeLessThan(total);
    const problems = failures.flatMap((failure) => failure.problems);
    expect(problems).toContainEqual(expect.stringMatching(/^sector \d+ holds \d+, where only \d+/));
  });
});
