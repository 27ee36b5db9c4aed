import { acknowledgedAnswer, episodeList } from '../../records/api/episodes.ts';
import type { StateOptions } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

export interface EpisodesOptions extends StateOptions {
  account?: string;
  signal?: string;
  status?: string;
  lang?: 'en' | 'ja';
}

/** `kenko episodes`: what people were notified of, newest first. */
export async function showEpisodes(options: EpisodesOptions): Promise<void> {
  await using(await openExisting(options), async (session) => {
    const wanted = new URLSearchParams({ limit: '200' });
    if (options.account !== undefined) wanted.set('account', options.account);
    if (options.signal !== undefined) wanted.set('signal', options.signal);
    if (options.status !== 'all') wanted.set('state', options.status ?? 'open');
    const { episodes } = episodeList.parse(await session.get(`/v1/episodes?${wanted}`));
    if (options.json) return printJson(episodes);
    if (episodes.length === 0) return print('No such episodes.');
    print(
      table(
        ['episode', 'account', 'signal', 'severity', 'state', 'opened', 'sent'],
        episodes.map((episode) => [
          episode.id,
          episode.account,
          episode.label[options.lang ?? 'en'],
          episode.severity,
          episode.state,
          episode.opened_at.slice(0, 16).replace('T', ' '),
          episode.notices.map(({ to, state }) => `${to} ${state}`).join(', ') || 'digest',
        ]),
      ),
    );
  });
}

export interface AcknowledgeOptions extends StateOptions {
  author: string;
  note?: string;
}

/** `kenko episodes acknowledge ID` */
export async function acknowledgeEpisode(
  id: string,
  { author, note, ...options }: AcknowledgeOptions,
): Promise<void> {
  await using(await openExisting(options), async (session) => {
    const path = `/v1/episodes/${encodeURIComponent(id)}/acknowledge`;
    const answer = acknowledgedAnswer.parse(
      await session.post(path, { author, ...(note === undefined ? {} : { note }) }),
    );
    if (options.json) return printJson(answer);
    print(`${id} is acknowledged by ${author}.`);
  });
}
