/** What every part of a page needs: the language, its texts and formats, and links. */
import { localDate } from '../../inputs/moments.ts';
import { type Caller, mayAct } from '../../ports/identity.ts';
import { hasOwners } from '../../records/owners.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import type { Pack } from '../../scorecard/language/pack/pack.ts';
import { type Formats, formatsOf } from './formats.ts';
import { type Texts, texts } from './texts.ts';

export interface PageContext {
  lang: Lang;
  text: Texts;
  format: Formats;
  pack: Pack;
  /** Whether a version waits beside the live rules. */
  hasCandidate: boolean;
  /** Who reads it; empty: nobody who said so. */
  reader: string;
  /** Whether the reader may look after accounts: a person of a pack that names owners. */
  hasOwn: boolean;
  /** Whether they see nothing but those. */
  ownOnly: boolean;
  /** Whether they may enter and override. */
  mayEdit: boolean;
  /** The local day of the reading. */
  today: string;
  /** Of what is sent from this page: sent twice, it has one effect. */
  key: string;
  /** A link within the dashboard that keeps a language chosen by hand. */
  href(path: string, parameters?: Record<string, string | undefined>): string;
  /** The page of an account. */
  accountHref(id: string): string;
  /** This page in the other language. */
  inLanguage(lang: Lang): string;
}

export function pageContext(given: {
  pack: Pack;
  hasCandidate: boolean;
  caller: Caller | undefined;
  now: Date;
  lang: Lang;
  /** Whether the address, and not the browser, chose the language. */
  chosen: boolean;
  /** Path and parameters of the page itself. */
  path: string;
  parameters: Record<string, string>;
}): PageContext {
  const { pack, hasCandidate, caller, now, lang, chosen, path, parameters } = given;
  const text = texts[lang];
  const href: PageContext['href'] = (target, wanted = {}) =>
    withParameters(target, { ...wanted, lang: chosen ? lang : undefined });
  return {
    lang,
    text,
    format: formatsOf(lang, text, pack.zone),
    pack,
    hasCandidate,
    reader: caller?.name ?? '',
    hasOwn: caller?.kind === 'person' && hasOwners(pack),
    ownOnly: caller?.ownOnly ?? false,
    mayEdit: caller !== undefined && mayAct(caller, 'editor'),
    today: localDate(now, pack.zone),
    key: `page ${now.getTime().toString(36)}`,
    href,
    // Browsers take a segment of dots for a folder, however it is encoded.
    accountHref: (id) =>
      /^\.{1,2}$/.test(id)
        ? href('/accounts', { id })
        : href(`/accounts/${encodeURIComponent(id)}`),
    inLanguage: (other) => withParameters(path, { ...parameters, lang: other }),
  };
}

function withParameters(path: string, parameters: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, value);
  }
  return query.size === 0 ? path : `${path}?${query}`;
}
