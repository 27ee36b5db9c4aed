/** What a person can do about an account on its page. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { addDays } from '../../../calendar.ts';
import type { AccountAnswer } from '../../../records/api/accounts.ts';
import type { EpisodeAnswer } from '../../../records/api/episodes.ts';
import { answerValues, interventionKinds, questions } from '../../../records/entries.ts';
import { wordLabel } from '../../../scorecard/meaning/texts.ts';
import { actionText, answerValueText, questionText } from '../../entries/entry-texts.ts';
import type { PageContext } from '../context.ts';
import { actionForm, choiceField, dayField, folded, lineField, textField } from './forms.ts';

/** The furthest that overrides and judgements may reach, and that what was done may lie back. */
const mostDays = 366;
/** How long a band is set unless a person says otherwise. */
const usualDays = 30;

/** Browsers take such a segment for a folder: the API is the way to these accounts. */
const hasPath = (account: string): boolean => !/^\.{1,2}$/.test(account);

export function accountForms(context: PageContext, account: AccountAnswer): VNode | null {
  if (!context.mayEdit || account.state === 'absent' || !hasPath(account.id)) return null;
  const { text } = context;
  return html`<section class="card" aria-labelledby="act">
    <h2 id="act">${text.act}</h2>
    ${folded(text.forms.intervention, interventionForm(context, account))}
    ${folded(text.forms.note, noteForm(context, account))}
    ${folded(text.forms.assessment, assessmentForm(context, account))}
    ${account.scores.map((score) => overrideForms(context, account, score))}
  </section>`;
}

const targetOf = (account: string, rest: string) => ({
  path: `/accounts/${encodeURIComponent(account)}/${rest}`,
  account,
});

function interventionForm(context: PageContext, { id }: AccountAnswer): VNode {
  const { text, today } = context;
  const { fields } = text;
  return actionForm(
    context,
    targetOf(id, 'interventions'),
    [
      choiceField(context, {
        ...{ name: 'did', label: fields.did },
        options: interventionKinds.map((kind) => ({ id: kind, label: actionText(kind) })),
      }),
      dayField({
        ...{ name: 'on', label: fields.on, value: today },
        ...{ from: addDays(today, -mostDays), to: today },
      }),
      textField(context, { name: 'text', label: fields.words }),
      choiceField(context, {
        ...{ name: 'answer.question', label: fields.asked, none: text.nothingAsked },
        options: questions.map((one) => ({ id: one, label: questionText(one) })),
      }),
      choiceField(context, {
        ...{ name: 'answer.value', label: fields.answer, none: text.none },
        options: answerValues.map((one) => ({ id: one, label: answerValueText(one) })),
      }),
    ],
    text.save,
  );
}

function noteForm(context: PageContext, { id }: AccountAnswer): VNode {
  const { text } = context;
  return actionForm(
    context,
    targetOf(id, 'notes'),
    [
      textField(context, { name: 'text', label: text.fields.words }),
      lineField(context, { name: 'url', label: text.fields.link, type: 'url', most: 1_000 }),
    ],
    text.save,
  );
}

function assessmentForm(context: PageContext, { id }: AccountAnswer): VNode {
  const { text, pack, today } = context;
  const columns = pack.sources.get('assessments')?.columns ?? [];
  const allowed = (name: string) =>
    (columns.find((column) => column.name === name)?.values ?? []).map((value) => ({
      id: value,
      label: wordLabel(value),
    }));
  return actionForm(
    context,
    targetOf(id, 'assessments'),
    [
      choiceField(context, { name: 'of', label: text.fields.of, options: allowed('kind') }),
      choiceField(context, {
        ...{ name: 'value', label: text.fields.judgement },
        options: allowed('value'),
      }),
      lastDay(context, 'until'),
      textField(context, { name: 'text', label: text.fields.words, optional: true }),
    ],
    text.save,
  );

  function lastDay({ text }: PageContext, name: string): VNode {
    const [from, to] = [today, addDays(today, mostDays)];
    return dayField({ name, label: text.fields.lastDay, from, to });
  }
}

/** To set the band of a score, or to take back the one that is set. */
function overrideForms(
  context: PageContext,
  { id }: AccountAnswer,
  score: AccountAnswer['scores'][number],
): VNode | null {
  const { lang, text, pack, today } = context;
  const bands = pack.scores.find((one) => one.id === score.id)?.bands;
  if (!bands) return null;
  const titled = (title: string) =>
    pack.scores.length > 1 ? `${title}: ${score.label[lang]}` : title;
  const reason = textField(context, { name: 'reason', label: text.fields.reason });
  const { override } = score;
  const withdrawal =
    override &&
    folded(
      titled(text.forms.withdrawal),
      actionForm(
        context,
        targetOf(id, `overrides/${encodeURIComponent(override.id)}/withdraw`),
        [reason],
        text.takeBack,
      ),
    );
  const setting = actionForm(
    context,
    targetOf(id, 'overrides'),
    [
      html`<input type="hidden" name="score" value=${score.id} />`,
      html`<p class="wide small soft">${text.overrideHelp}</p>`,
      choiceField(context, { name: 'band', label: text.band, options: bands }),
      dayField({
        ...{ name: 'until', label: text.fields.lastDay, value: addDays(today, usualDays) },
        ...{ from: today, to: addDays(today, mostDays - 1) },
      }),
      reason,
    ],
    text.save,
  );
  return html`${withdrawal}${folded(titled(text.forms.override), setting)}`;
}

/** To say that somebody looks after a signal. */
export function acknowledgeForm(context: PageContext, episode: EpisodeAnswer): VNode | null {
  if (!context.mayEdit || episode.state !== 'open') return null;
  const { text } = context;
  return folded(
    text.forms.acknowledgement,
    actionForm(
      context,
      { path: `/episodes/${encodeURIComponent(episode.id)}/acknowledge`, account: episode.account },
      [textField(context, { name: 'note', label: text.fields.remark, optional: true })],
      text.save,
    ),
  );
}
