import { type Command, Option } from '@commander-js/extra-typings';
import { acknowledgedAnswer, episodeList } from '../../records/api/episodes.ts';
import { language, withState } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

/** `kenko episodes`: what people were notified of, newest first. */
export function addEpisodes(kenko: Command): void {
  const episodes = kenko.command('episodes').description('what people were notified of');
  withState(episodes.command('list', { isDefault: true }))
    .description('episodes, newest first')
    .option('--account <id>', 'only of this account')
    .option('--signal <name>', 'only of this signal')
    .addOption(
      new Option('--status <name>', 'only in this state')
        .choices(['open', 'acknowledged', 'closed', 'all'])
        .default('open' as const),
    )
    .addOption(language())
    .action(async ({ account, signal, status, json, lang = 'en', ...options }) => {
      await using(await openExisting(options), async (session) => {
        const state = status === 'all' ? undefined : status;
        const query = { limit: 200, account, signal, state };
        const { episodes } = episodeList.parse(await session.get('/v1/episodes', query));
        if (json) return printJson(episodes);
        if (episodes.length === 0) return print('No such episodes.');
        print(
          table(
            ['episode', 'account', 'signal', 'severity', 'state', 'opened', 'sent'],
            episodes.map((episode) => [
              episode.id,
              episode.account,
              episode.label[lang],
              episode.severity,
              episode.state,
              episode.opened_at.slice(0, 16).replace('T', ' '),
              episode.notices.map(({ to, state }) => `${to} ${state}`).join(', ') || 'digest',
            ]),
          ),
        );
      });
    });
  withState(episodes.command('acknowledge'))
    .description('say that somebody looks after it')
    .argument('<episode>', 'id of the episode')
    .requiredOption('--author <name>', 'who')
    .option('--note <text>', 'what is being done')
    .action(async (id, { author, note, json, ...options }) => {
      await using(await openExisting(options), async (session) => {
        const path = `/v1/episodes/${encodeURIComponent(id)}/acknowledge`;
        const sent = await session.post({ path, body: { author, note } });
        const answer = acknowledgedAnswer.parse(sent);
        if (json) return printJson(answer);
        print(`${id} is acknowledged by ${author}.`);
      });
    });
}
