/** Check of the chat that signals are sent to. */
import { KenkoError, messageOf, Unauthorized } from '../errors.ts';
import type { Check } from './checks.ts';
import { ok, problem } from './report.ts';
import { slack as texts } from './service-texts.ts';
import { titles } from './texts.ts';

/** Whether the token lets us in; nothing is looked at where no signal goes there. */
export const slackToken: Check = {
  id: 'slack-token',
  needs: ['configuration'],
  async look({ messenger, pack: { signals } }) {
    const all = [...(signals?.states ?? []), ...(signals?.events ?? [])];
    const sends = all.some(({ targets }) => targets.some(({ to }) => to === 'slack'));
    if (!messenger || !sends) return [];
    const title = titles['slack-token'];
    try {
      return [ok(title, texts.works(await messenger.workspace()))];
    } catch (error) {
      if (error instanceof KenkoError && error.code === 'not-configured') {
        return [problem(title, texts.noToken)];
      }
      if (error instanceof Unauthorized) return [problem(title, texts.refused(messageOf(error)))];
      throw error;
    }
  },
};
