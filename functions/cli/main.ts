/** The command line: `kenko ...`. */
import { Command, CommanderError } from '@commander-js/extra-typings';
import { KenkoError, messageOf } from '../errors.ts';
import { RulesError, sentenceOf } from '../scorecard/language/problems.ts';
import { addDoctor } from './doctor/doctor.ts';
import { addAccept } from './evidence/accept.ts';
import { addActions, addEffects } from './evidence/actions.ts';
import { addBacktest, addRulesBacktest } from './evidence/backtest.ts';
import { addCalibrate } from './evidence/calibrate.ts';
import { addCompare } from './evidence/compare.ts';
import { addDrift } from './evidence/drift.ts';
import { addLot } from './evidence/lot.ts';
import { addRanking } from './evidence/ranking.ts';
import { addReport } from './evidence/report/report.ts';
import { addTry } from './evidence/try.ts';
import { exitCode, fail } from './output.ts';
import { addAccounts } from './people/accounts.ts';
import { addAnswers, addDisagreements } from './people/disagreements.ts';
import { addEpisodes } from './people/episodes.ts';
import { addExplain } from './people/explain.ts';
import { addHandOvers } from './people/hand-overs.ts';
import { addLog } from './people/log.ts';
import { addOverride } from './people/override.ts';
import { addWithdraw } from './people/withdraw.ts';
import { addWorklist } from './people/worklist.ts';
import { addCandidate } from './rules/candidate.ts';
import { addCheck } from './rules/check.ts';
import { addData } from './rules/data-check.ts';
import { addDiff } from './rules/diff.ts';
import { addInit } from './rules/init.ts';
import { addSchema } from './rules/schema.ts';
import { addBackfill } from './run/backfill.ts';
import { addDeadLetters } from './run/dead-letters.ts';
import { addPacks } from './run/packs.ts';
import { addReconcile } from './run/reconcile.ts';
import { addRun } from './run/run.ts';
import { addRuns } from './run/runs.ts';
import { addStart } from './run/start.ts';
import { addSync } from './run/sync.ts';

/** In the order in which help lists them. */
const commands = [
  ...[
    addStart,
    addRun,
    addExplain,
    addAccounts,
    addWorklist,
    addLog,
    addOverride,
    addWithdraw,
    addHandOvers,
  ],
  ...[
    addDisagreements,
    addAnswers,
    addActions,
    addRuns,
    addEpisodes,
    addSync,
    addReconcile,
    addDoctor,
  ],
  ...[addBackfill, addPacks, addDeadLetters, addData, addInit, addRules, addEvidence],
];

function addRules(kenko: Command): void {
  const rules = kenko.command('rules').description('the rules of a pack');
  for (const add of [addCheck, addDiff, addCandidate, addRulesBacktest, addSchema]) add(rules);
}

function addEvidence(kenko: Command): void {
  const evidence = kenko
    .command('evidence')
    .description('does the score predict, and did acting on it help?');
  for (const add of [
    ...[addTry, addReport, addBacktest, addCalibrate, addCompare, addEffects, addLot],
    ...[addRanking, addAccept, addDrift],
  ])
    add(evidence);
}

export function program(): Command {
  const kenko = new Command('kenko')
    .description('Customer health scores as code.')
    .addHelpText(
      'after',
      '\nExit codes: 0 done; 1 the check or the run failed; 2 the input was wrong.\n' +
        'A command talks to the `npm start` that works on the same state folder, if there is one.',
    )
    .exitOverride();

  for (const add of commands) add(kenko);
  return kenko;
}

/** Runs a command line; sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.badInput;
      return;
    }
    if (error instanceof RulesError) {
      fail(error.problems.map(sentenceOf).join('\n'), argv.includes('--json'), error);
      return;
    }
    if (error instanceof KenkoError) {
      fail(messageOf(error), argv.includes('--json'), error);
      return;
    }
    throw error;
  }
}
