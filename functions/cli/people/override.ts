import { parseDate } from '../../calendar.ts';
import { endOfDate } from '../../inputs/moments.ts';
import { overrideAnswer } from '../../records/api/accounts.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import type { StateOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import { type Language, words } from '../texts.ts';

interface OverrideOptions extends StateOptions {
  score?: string;
  band: string;
  reason: string;
  /** Local day, the last one it counts on. */
  until: string;
  author: string;
  lang?: Language;
}

/** `kenko override ACCOUNT`: a person's band in place of the computed one, at once. */
export async function override(account: string, options: OverrideOptions): Promise<void> {
  const { band, reason, author } = options;
  const pack = parsePack(readPackFiles(options.pack));
  const until = endOfDate(parseDate(options.until, '--until'), pack.zone);
  const body = { score: options.score ?? pack.scores[0]?.id, band, reason, author, until };
  await using(await openExisting(options), async (session) => {
    const path = `/v1/accounts/${encodeURIComponent(account)}/overrides`;
    const entered = overrideAnswer.parse(await session.post(path, body));
    if (options.json) return printJson(entered);
    const lang = options.lang ?? 'en';
    const label = pack.scores
      .find(({ id }) => id === entered.score)
      ?.bands.find(({ id }) => id === entered.band)?.label[lang];
    print(words[lang].override(label ?? band, author, options.until, reason));
  });
}
