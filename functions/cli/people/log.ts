import { code, Rejected } from '../../errors.ts';
import { accountLog, answerReport, disagreementList, logEntry } from '../../records/api/entries.ts';
import type { StateOptions } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import { type Language, words } from '../texts.ts';
import { logLine } from './log-text.ts';

interface ReadOptions extends StateOptions {
  lang?: Language;
}

interface EnterOptions extends ReadOptions {
  author: string;
  text?: string;
  of?: string;
  value?: string;
  until?: string;
  did?: string;
  on?: string;
  answer?: string;
  url?: string;
}

const pathOf = (account: string, what: string): string =>
  `/v1/accounts/${encodeURIComponent(account)}/${what}`;

/** `kenko log ACCOUNT`: what people did, judged and noted, in order. */
export async function showLog(account: string, options: ReadOptions): Promise<void> {
  await using(await openExisting(options), async (session) => {
    const { entries } = accountLog.parse(await session.get(pathOf(account, 'log')));
    if (options.json) return printJson(entries);
    const lang = options.lang ?? 'en';
    if (entries.length === 0) return print(words[lang].nothingLogged);
    print(entries.map((entry) => logLine(entry, lang)).join('\n'));
  });
}

/** `kenko log assess|did|note ACCOUNT`: keeps one entry. */
export async function enter(
  what: 'assessments' | 'interventions' | 'notes',
  account: string,
  options: EnterOptions,
): Promise<void> {
  const { author, text, of, value, until, did, on, url } = options;
  const [question, answer, ...rest] = options.answer?.split('=') ?? [];
  if (options.answer !== undefined && (!answer || rest.length > 0)) {
    throw new Rejected(
      code.badRequest,
      `--answer is ${JSON.stringify(options.answer)}; write it as about_to_churn=yes.`,
    );
  }
  const body = {
    author,
    text,
    of,
    value,
    until,
    did,
    on,
    url,
    answer: question === undefined ? undefined : { question, value: answer },
  };
  await using(await openExisting(options), async (session) => {
    const entry = logEntry.parse(await session.post(pathOf(account, what), body));
    if (options.json) printJson(entry);
    else print(logLine(entry, options.lang ?? 'en'));
  });
}

/** `kenko disagreements`: where people and score disagree. */
export async function showDisagreements(options: ReadOptions): Promise<void> {
  const lang = options.lang ?? 'en';
  const t = words[lang];
  await using(await openExisting(options), async (session) => {
    const { disagreements } = disagreementList.parse(await session.get('/v1/disagreements'));
    if (options.json) return printJson(disagreements);
    if (disagreements.length === 0) return print(t.none);
    print(
      table(
        [t.account, t.name, t.score, t.band, t.people, t.because, t.since],
        disagreements.map((one) => [
          one.account,
          one.name,
          one.score,
          one.band,
          `${one.people[lang]} (${one.author})`,
          one.text,
          one.on,
        ]),
      ),
    );
  });
}

/** `kenko answers`: what calls found out, by the band of then. */
export async function showAnswers(options: ReadOptions & { score?: string }): Promise<void> {
  const t = words[options.lang ?? 'en'];
  await using(await openExisting(options), async (session) => {
    const query = options.score === undefined ? '' : `?score=${encodeURIComponent(options.score)}`;
    const { answers } = answerReport.parse(await session.get(`/v1/answers${query}`));
    if (options.json) return printJson(answers);
    if (answers.length === 0) return print(t.nothingLogged);
    print(
      table(
        [t.question, t.band, t.yes, t.no, t.unclear],
        answers.map(({ question, band, yes, no, unclear }) => [question, band, yes, no, unclear]),
      ),
    );
  });
}
