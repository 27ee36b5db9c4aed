/** Forms that send what a person enters, and what they are made of. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Label } from '../../../scorecard/language/pack/catalogue.ts';
import type { PageContext } from '../context.ts';

/** As the API takes it: what a person enters in their own words. */
export const longestText = 2_000;

/** Where a form leads back to: the page of an account, or that of hand-overs. */
export interface Target {
  /** Of the operation, as in the API but without its version. */
  path: string;
  /** Undefined: back to the hand-overs. */
  account: string | undefined;
}

/**
 * A form of one operation. What it sends twice has one effect: with it goes the moment at which the
 * page was made.
 */
export function actionForm(
  { href, key }: PageContext,
  { path, account }: Target,
  fields: (VNode | null)[],
  button: string,
): VNode {
  return html`<form class="act" method="post" action=${href(path)}>
    <input type="hidden" name="key" value=${key} />
    ${account !== undefined && html`<input type="hidden" name="account" value=${account} />`}
    ${fields}
    <button>${button}</button>
  </form>`;
}

/** A form that is opened where it is needed. */
export const folded = (title: string, form: VNode): VNode =>
  html`<details class="act"><summary>${title}</summary>${form}</details>`;

/** What has just been sent, said to screen readers too. */
export const doneMessage = ({ text }: PageContext, done: string | undefined): VNode | null =>
  done !== undefined && Object.hasOwn(text.done, done)
    ? html`<p class="card done" role="status">${text.done[done as keyof typeof text.done]}</p>`
    : null;

const named = ({ text }: PageContext, label: string, isOptional: boolean): VNode =>
  html`<span>${label}${isOptional && html` <span class="soft">(${text.optional})</span>`}</span>`;

export const textField = (
  context: PageContext,
  given: { name: string; label: string; optional?: boolean; rows?: number },
): VNode => {
  const { name, label, optional = false, rows = 2 } = given;
  return html`<label class="wide">${named(context, label, optional)}
    <textarea name=${name} rows=${rows} maxlength=${longestText} required=${!optional}></textarea></label>`;
};

export const lineField = (
  context: PageContext,
  given: { name: string; label: string; type: 'url' | 'text'; most: number },
): VNode =>
  html`<label class="wide">${named(context, given.label, true)}
    <input type=${given.type} name=${given.name} maxlength=${given.most} /></label>`;

export const dayField = (given: {
  name: string;
  label: string;
  from: string;
  to: string;
  value?: string;
}): VNode =>
  html`<label>${given.label}
    <input type="date" name=${given.name} min=${given.from} max=${given.to} value=${given.value ?? ''} required /></label>`;

export const choiceField = (
  { lang, text }: PageContext,
  given: {
    name: string;
    label: string;
    options: readonly { id: string; label: Label }[];
    /** What stands for no choice; undefined: one has to be made. */
    none?: string;
  },
): VNode =>
  html`<label>${given.label}<select name=${given.name} required=${given.none === undefined}>
    <option value="">${given.none ?? text.chooseOne}</option>
    ${given.options.map(({ id, label }) => html`<option value=${id}>${label[lang]}</option>`)}
  </select></label>`;
