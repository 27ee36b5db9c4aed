/**
 * `npm run test:chaos -- [--schedules N] [--seed S] [--scenario NAME] [--weather NAME] [--story]`: N schedules
 * from seed S on, over both cores. Prints the seeds that diverge, which replay with
 * `--schedules 1 --seed S`, and ends with exit code 1 where there are any.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { playSchedule, scenarioNames, weatherNames } from './schedule.ts';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    scenario: { type: 'string' },
    weather: { type: 'string' },
    story: { type: 'boolean', default: false },
    /** Every nth schedule, from `first` on: what one of several processes does. */
    share: { type: 'string' },
  },
});
const schedules = Number(values.schedules);
const firstSeed = Number(values.seed);
if (!(Number.isInteger(schedules) && schedules > 0 && Number.isInteger(firstSeed))) {
  process.stderr.write('--schedules and --seed take whole numbers, the former above 0.\n');
  process.exit(2);
}
if (values.scenario !== undefined && !scenarioNames.includes(values.scenario)) {
  process.stderr.write(`--scenario takes one of ${scenarioNames.join(', ')}.\n`);
  process.exit(2);
}

const weather = weatherNames.find((name) => name === values.weather);
if (values.weather !== undefined && !weather) {
  process.stderr.write(`--weather takes one of ${weatherNames.join(', ')}.\n`);
  process.exit(2);
}

if (values.share === undefined && schedules > 1) await playAll();
else await playShare(values.share ?? '0/1');

interface Line {
  seed: number;
  /** And its weather. */
  scenario: string;
  differences: string[];
  faults: Record<string, number>;
}

async function playShare(share: string): Promise<void> {
  const [first = 0, of = 1] = share.split('/').map(Number);
  for (let i = first; i < schedules; i += of) {
    const seed = firstSeed + i;
    const { scenario: asked } = values;
    const given = { ...(asked && { scenario: asked }), ...(weather && { weather }) };
    const outcome = await playSchedule(seed, given);
    const { scenario, differences, faults, story } = outcome;
    if (values.story) process.stderr.write(`${story.join('\n')}\n`);
    const of = `${scenario}, ${outcome.weather}`;
    const line: Line = { seed, scenario: of, differences, faults: Object.fromEntries(faults) };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    if (values.share === undefined && differences.length > 0) process.exitCode = 1;
  }
}

/** The work is mostly waiting for turns of the event loop, so that each core takes a share. */
async function playAll(): Promise<void> {
  const workers = Math.min(schedules, availableParallelism(), 4);
  const faults = new Map<string, number>();
  let played = 0;
  let diverged = 0;
  const shares = Array.from({ length: workers }, async (_, share) => {
    const child = spawn(
      process.execPath,
      [import.meta.filename, ...process.argv.slice(2), '--share', `${share}/${workers}`],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    for await (const text of createInterface({ input: child.stdout })) {
      const line = JSON.parse(text) as Line;
      played += 1;
      for (const [sort, count] of Object.entries(line.faults)) {
        faults.set(sort, (faults.get(sort) ?? 0) + count);
      }
      if (line.differences.length === 0) continue;
      diverged += 1;
      const what = line.differences.map((difference) => `  ${difference}`).join('\n');
      process.stdout.write(`seed ${line.seed} diverges (${line.scenario}):\n${what}\n`);
    }
    if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode !== 0) diverged += 1;
  });
  await Promise.all(shares);
  const sorts = [...faults].sort().map(([sort, count]) => `${count} ${sort}`);
  process.stdout.write(`${played} schedules, ${diverged} diverged; faults: ${sorts.join(', ')}\n`);
  if (diverged > 0 || played < schedules) process.exitCode = 1;
}
