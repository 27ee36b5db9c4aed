import type { Command } from '@commander-js/extra-typings';
import { type RunAnswer, runAnswer, runList } from '../../records/api/runs.ts';
import { type StateOptions, withDecision, withState } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

/** `kenko runs`: newest first, and what becomes of one that is held. */
export function addRuns(kenko: Command): void {
  const runs = kenko.command('runs').description('runs, and what becomes of one that is held');
  withState(runs.command('list', { isDefault: true }))
    .description('runs, newest first')
    .action(async (options) => {
      await using(await openExisting(options), async (session) => {
        const { runs } = runList.parse(await session.get('/v1/runs', { limit: 50 }));
        if (options.json) return printJson(runs);
        print(
          table(
            ['run', 'date', 'kind', 'state', 'revision', 'accounts', 'changed', 'why'],
            runs.map((run) => [
              ...[run.id, run.date, run.kind, run.state, run.revision, run.accounts, run.changed],
              run.failure?.message ?? run.withheld?.message ?? '',
            ]),
          ),
        );
      });
    });
  withState(runs.command('show'))
    .argument('<run>', 'run id, as `kenko runs` lists it')
    .description(
      'how far a run has come, what it changes, its sources, and what could not be published',
    )
    .action(async (id, options) => {
      await using(await openExisting(options), async (session) => {
        const run = runAnswer.parse(await session.get(`/v1/runs/${encodeURIComponent(id)}`));
        if (options.json) return printJson(run);
        print(runText(run));
      });
    });
  withDecision(runs.command('release'))
    .description('let a held or withheld run through: it is what it should be')
    .action((id, options) => decide(id, 'release', options));
  withDecision(runs.command('discard'))
    .description('throw a held run away: nothing of it becomes visible')
    .action((id, options) => decide(id, 'discard', options));
}

function runText(run: RunAnswer): string {
  const { moves, progress, unpublished, sources } = run;
  const lines = [
    `${run.id}: ${run.state}`,
    `date ${run.date}, revision ${run.revision ?? '-'}, attempt ${run.attempt}; ${run.accounts} accounts, ${run.changed ?? '-'} changed`,
    `shards: ${progress.open} open, ${progress.scored} scored, ${progress.published} published`,
    ...(run.failure ? [`why: ${run.failure.message} (${run.failure.code})`] : []),
    ...(run.withheld ? [run.withheld.message] : []),
    ...(moves
      ? [
          `against ${moves.since}: of ${moves.shown} accounts shown, ${moves.gone} gone, ${moves.band_changed} in another band, ${moves.unknown} not known any more`,
        ]
      : []),
    ...(run.decision
      ? [`${run.decision.action} by ${run.decision.author}: ${run.decision.reason}`]
      : []),
    '',
    table(
      ['source', 'state', 'complete through', 'rows', 'of an account'],
      sources.map(({ table: name, state, complete_through: through, rows, matching }) => [
        ...[name, state, through ?? '-', rows ?? '-', matching ?? '-'],
      ]),
    ),
  ];
  if (unpublished.count > 0) {
    lines.push(
      '',
      `${unpublished.count} accounts could not be published, and keep what was shown before:`,
      table(
        ['account', 'table', 'column', 'why'],
        unpublished.examples.map((one) => [
          ...[one.account, one.table ?? '-', one.column ?? '-', one.reason],
        ]),
      ),
    );
  }
  const { set_aside: aside, notes } = run.found_in_rows ?? {
    set_aside: { count: 0, examples: [] },
    notes: [],
  };
  if (aside.count > 0) {
    lines.push(
      '',
      `${aside.count} accounts could not be scored, and keep their result before:`,
      table(
        ['account', 'table', 'column', 'why'],
        aside.examples.map((one) => [one.account, one.table, one.column, one.reason]),
      ),
    );
  }
  if (notes.length > 0) lines.push('', ...notes);
  return lines.join('\n');
}

async function decide(
  id: string,
  action: 'release' | 'discard',
  { author, reason, ...options }: StateOptions & { author: string; reason: string },
): Promise<void> {
  await using(await openExisting(options), async (session) => {
    const path = `/v1/runs/${encodeURIComponent(id)}`;
    await session.post({ path: `${path}/${action}`, body: { author, reason } });
    const run = runAnswer.parse(await session.get(path));
    if (options.json) return printJson(run);
    if (action === 'release' && !('held' in run.reached)) {
      return print(
        `${id} is released: \`kenko reconcile\` writes it to Salesforce, as every night does, and the next run.`,
      );
    }
    print(
      action === 'release'
        ? `${id} is ${run.state}: ${run.changed ?? 0} accounts changed.`
        : `${id} is discarded; nothing of it became visible.`,
    );
  });
}
