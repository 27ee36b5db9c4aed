import { runAnswer, runList } from '../../records/api/runs.ts';
import type { StateOptions } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

/** `kenko runs`: newest first. */
export async function showRuns(options: StateOptions): Promise<void> {
  await using(await openExisting(options), async (session) => {
    const { runs } = runList.parse(await session.get('/v1/runs?limit=50'));
    if (options.json) return printJson(runs);
    print(
      table(
        ['run', 'date', 'kind', 'state', 'revision', 'accounts', 'changed', 'why'],
        runs.map((run) => [
          run.id,
          run.date,
          run.kind,
          run.state,
          run.revision,
          run.accounts,
          run.changed,
          run.failure?.message ?? '',
        ]),
      ),
    );
  });
}

export interface DecisionOptions extends StateOptions {
  author: string;
  reason: string;
}

/** `kenko runs release|discard ID`: what becomes of a held run. */
export async function decideRun(
  id: string,
  action: 'release' | 'discard',
  { author, reason, ...options }: DecisionOptions,
): Promise<void> {
  await using(await openExisting(options), async (session) => {
    const path = `/v1/runs/${encodeURIComponent(id)}`;
    await session.post(`${path}/${action}`, { author, reason });
    const run = runAnswer.parse(await session.get(path));
    if (options.json) return printJson(run);
    print(
      action === 'release'
        ? `${id} is ${run.state}: ${run.changed ?? 0} accounts changed.`
        : `${id} is discarded; nothing of it became visible.`,
    );
  });
}
