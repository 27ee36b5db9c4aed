import type { Command } from '@commander-js/extra-typings';
import { code, Rejected } from '../../errors.ts';
import { accountLog, logEntry } from '../../records/api/entries.ts';
import { interventionKinds } from '../../records/entries.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { author, language, type StateOptions, withState } from '../options.ts';
import { print, printJson } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import { words } from '../texts.ts';
import { logLine } from './log-text.ts';

/** `kenko log`: what people did, judged and noted of an account, in order. */
export function addLog(kenko: Command): void {
  const log = kenko.command('log').description('what people did, judged and noted of an account');
  withState(log.command('show', { isDefault: true }))
    .description('all of it, in order, with hand-overs and overrides')
    .argument('<account>', 'account id')
    .addOption(language())
    .action(async (account, { json, lang = 'en', ...options }) => {
      await using(await openExisting(options), async (session) => {
        const { entries } = accountLog.parse(await session.get(pathOf(account, 'log')));
        if (json) return printJson(entries);
        if (entries.length === 0) return print(words[lang].nothingLogged);
        print(entries.map((entry) => logLine(entry, lang)).join('\n'));
      });
    });
  const entering = (name: string, description: string) =>
    withState(log.command(name))
      .description(description)
      .argument('<account>', 'account id')
      .addOption(author('who enters it'))
      .addOption(language());
  entering('assess', 'enter what you judge, and how long that counts')
    .requiredOption('--of <what>', 'proficiency, embeddedness or sponsorship')
    .requiredOption('--value <value>', 'low, middle or high')
    .requiredOption('--until <date>', 'last day it counts')
    .option('--text <text>', 'what it rests on')
    .action((account, { author, of, value, until, text, ...options }) =>
      enter(pathOf(account, 'assessments'), { author, of, value, until, text }, options),
    );
  entering('did', 'log what was done with a customer')
    .requiredOption('--did <kind>', `what it was: ${interventionKinds.join(', ')}`)
    .option('--on <date>', 'day on which it happened; today without it')
    .requiredOption('--text <text>', 'what was said or done')
    .option(
      '--answer <answer>',
      'what a call found out, e.g. about_to_churn=yes or wants_more=no',
      callAnswer,
    )
    .action((account, { author, did, on, text, answer, ...options }) =>
      enter(pathOf(account, 'interventions'), { author, did, on, text, answer }, options),
    );
  entering('note', 'keep a note or a link')
    .requiredOption('--text <text>', 'the note, or what the link shows')
    .option('--url <address>', 'a shared document')
    .action((account, { author, text, url, ...options }) =>
      enter(pathOf(account, 'notes'), { author, text, url }, options),
    );
}

const pathOf = (account: string, what: string): string =>
  `/v1/accounts/${encodeURIComponent(account)}/${what}`;

/** Keeps one entry. */
async function enter(
  path: string,
  body: object,
  { json, lang = 'en', ...options }: StateOptions & { lang?: Lang | undefined },
): Promise<void> {
  await using(await openExisting(options), async (session) => {
    const entry = logEntry.parse(await session.post({ path, body }));
    if (json) printJson(entry);
    else print(logLine(entry, lang));
  });
}

function callAnswer(text: string): { question: string; value: string } {
  const [question = '', value, ...rest] = text.split('=');
  if (value && rest.length === 0) return { question, value };
  throw new Rejected(
    code.badRequest,
    `--answer is ${JSON.stringify(text)}; write it as about_to_churn=yes.`,
  );
}
