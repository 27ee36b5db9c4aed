/** The frame around every page. */
import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { PageContext } from './context.ts';
import { style } from './style.ts';

/** A green dot: no request of its own. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" +
  "%3Ccircle cx='8' cy='8' r='6' fill='%231d7660'/%3E%3C/svg%3E";

export interface Page {
  title: string;
  /** The entry of the navigation that the page belongs to. */
  section: 'portfolio' | 'accounts' | 'hand-overs' | 'disagreements' | 'candidate' | null;
  content: ComponentChildren;
  /** For readers of whom nothing is known: it says nothing of the pack. */
  bare?: boolean;
}

/** A whole HTML document; every text is escaped by the renderer. */
export function renderPage(context: PageContext, page: Page): string {
  const { title, section, content, bare } = page;
  const { lang, text, pack, hasCandidate, hasOwn, ownOnly, reader, href, inLanguage } = context;
  const current = (here: Page['section']) => (section === here ? 'page' : undefined);
  const languages = [
    ['ja', '日本語'],
    ['en', 'English'],
  ] as const;
  const document = html`<html lang=${lang}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${title} · Kenko</title>
      <link rel="icon" href=${icon} />
      <style dangerouslySetInnerHTML=${{ __html: style }} />
    </head>
    <body>
      <a class="skip" href="#content">${text.skip}</a>
      <header class="top"><div>
        <a class="brand" href=${href('/')}><b lang="ja">健康</b> Kenko${!bare && html`<small>${pack.label[lang]}</small>`}</a>
        ${
          !bare &&
          html`<nav aria-label="Kenko">
          <a href=${href('/')} aria-current=${current('portfolio')}>${text.portfolio}</a>
          <a href=${href('/accounts')} aria-current=${current('accounts')}>${text.accounts}</a>
          ${hasOwn && !ownOnly && html`<a href=${href('/', { owner: reader })}>${text.mine}</a>`}
          ${!ownOnly && pack.routing && html`<a href=${href('/hand-overs')} aria-current=${current('hand-overs')}>${text.handOvers}</a>`}
          ${!ownOnly && html`<a href=${href('/disagreements')} aria-current=${current('disagreements')}>${text.disagreements}</a>`}
          ${!ownOnly && hasCandidate && html`<a href=${href('/candidate')} aria-current=${current('candidate')}>${text.candidate}</a>`}
        </nav>`
        }
        <div class="langs" role="group" aria-label=${text.language}>
          ${languages.map(([code, name]) =>
            code === lang
              ? html`<span aria-current="true" lang=${code}>${name}</span>`
              : html`<a href=${inLanguage(code)} lang=${code} hreflang=${code}>${name}</a>`,
          )}
        </div>
      </div></header>
      <main id="content">${content}</main>
      <footer>${reader !== '' && html`${text.signedInAs(reader)} · `}${text.product} · <a href="/v1/openapi.json">API</a></footer>
    </body>
  </html>`;
  return `<!doctype html>${renderToString(document)}`;
}
