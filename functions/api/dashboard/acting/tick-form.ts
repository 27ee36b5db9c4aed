/** To tick an item of a hand-over off, or to send it back to sales. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ChecklistItem } from '../../../records/api/hand-overs.ts';
import type { PageContext } from '../context.ts';
import { actionForm, folded, textField } from './forms.ts';

/** @param account whose page the form stands on; undefined: on that of hand-overs */
export function tickForms(
  context: PageContext,
  handOver: string,
  { id, state }: ChecklistItem,
  account: string | undefined,
): VNode | null {
  if (!context.mayEdit || state === 'done') return null;
  const { text } = context;
  const path = `/hand-overs/${encodeURIComponent(handOver)}/items/${encodeURIComponent(id)}`;
  const form = (to: 'done' | 'missing', button: string) =>
    folded(
      button,
      actionForm(
        context,
        { path, account },
        [
          html`<input type="hidden" name="state" value=${to} />`,
          textField(context, { name: 'text', label: text.fields.remark, optional: true, rows: 1 }),
        ],
        text.save,
      ),
    );
  return html`${form('done', text.tick)}${state === 'open' && form('missing', text.sendBack)}`;
}
