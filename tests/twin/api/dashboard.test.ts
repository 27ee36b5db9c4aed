import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { texts } from '../../../functions/api/dashboard/texts.ts';
import { ref } from '../../../functions/records/collection.ts';
import { accounts, crmAccounts } from '../../../functions/records/documents.ts';
import { accountOf, today, yesterday } from '../../support/api/documents.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;{{7*7}}`;

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    accounts: [
      {
        id: 'a-1',
        points: 20,
        moved: -15,
        attributes: {
          name: 'Aoba Trading',
          owner: 'sato@example.com',
          url: 'https://example.com/a-1',
        },
      },
      { id: 'a-2', points: 55, moved: 5 },
      { id: '..', points: 60, attributes: { name: 'Dots' } },
      { id: 'a/b?c', points: 65 },
      {
        id: hostile,
        points: 1,
        moved: -19,
        attributes: { name: hostile, owner: hostile, url: 'javascript:alert(3)' },
        reasons: { en: [hostile], ja: [hostile] },
      },
    ],
    history: [
      { date: today, account: 'a-1', points: 2_000, band: 'red', before: 3_500 },
      { date: yesterday, account: 'a-1', points: 3_500, band: 'red' },
      { date: '2026-11-20', account: 'a-1', points: null, band: 'unknown' },
      { date: '2026-11-15', account: 'a-1', points: 8_000, band: 'green' },
    ],
  });
});
afterAll(() => api.close());

const page = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await api.get(path, headers);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  return answer;
};

/** What a page should show and does not. */
const missingIn = (text: string, wanted: readonly string[]) =>
  wanted.filter((each) => !text.includes(each));

describe('the portfolio page', () => {
  it('shows bands with counts, movers with reasons, data, the last run and accounts', async () => {
    const { status, text } = await page('/?lang=en');
    expect(status).toBe(200);
    expect(
      missingIn(text, [
        'Health score',
        'Biggest falls',
        'Aoba Trading',
        'Active users fell from 20 to 12',
        'usage_daily',
        'not provided',
        'finished',
        'Nov 23, 2026',
      ]),
    ).toEqual([]);
    expect(text).toMatch(/aria-label="Critical: 1 accounts \(100%\), Fair: 0/);
  });

  it('says so where nothing has been scored yet', async () => {
    const empty = await startApi({ closed: false });
    expect((await empty.get('/?lang=en')).text).toContain('No scores yet.');
    await empty.close();
  });
});

describe('the account page', () => {
  it('shows why the score changed, what it is made of, and how it went', async () => {
    const { text } = await page('/accounts/a-1?lang=en');
    expect(
      missingIn(text, [
        'Why it changed',
        'Active users fell from 20 to 12',
        '▼ −15',
        'What the customer did',
        'Hypothesis',
        'no current data',
        'last known 3 points',
        'Who left?',
        '12 users',
        '20 users: +10.5',
        'NPS',
        'Health score over time',
        '<path class="line" d="M',
        'href="https://example.com/a-1"',
      ]),
    ).toEqual([]);
  });

  it('shows notes: an override, a cap, data that is waited for', async () => {
    const document = accountOf({ id: 'noted', points: 80 });
    const health = document.scores.health!;
    await api.runtime.snapshots.set(ref(accounts, 'noted'), {
      ...document,
      scores: {
        health: {
          ...health,
          band: 'red',
          override: {
            id: 'o',
            band: 'red',
            reason: 'They told us',
            author: 'csm@example.com',
            until: '2026-12-31T00:00:00Z',
          },
          waiting_for_data: true,
          held_by_hysteresis: true,
          confidence: 0.62,
        },
      },
    });
    await api.runtime.snapshots.set(ref(crmAccounts, 'noted'), {
      state: 'parked',
      record_id: null,
      synced_hash: null,
      shown: {},
      former: [],
      written: {},
      hash: 'h',
      run: 'r',
      at: '2026-11-24T00:00:00Z',
      code: 'no-record',
      reason: 'No Account has this id.',
      fields: [],
      since: '2026-11-20T00:00:00Z',
    });
    const { text } = await page('/accounts/noted?lang=en');
    expect(
      missingIn(text, [
        'Set by csm@example.com until',
        'They told us',
        'computed: Good',
        'Waiting for data',
        'Close to a boundary',
        '62% of its points',
        'Salesforce refused it',
        'No Account has this id.',
      ]),
    ).toEqual([]);
  });

  it('tells that an account is gone or unknown', async () => {
    await api.runtime.snapshots.set(ref(accounts, 'gone'), {
      ...accountOf({ id: 'gone', points: 1 }),
      state: 'absent',
      scores: {},
    });
    expect((await page('/accounts/gone?lang=en')).text).toContain('no longer in the data');
    const unknown = await page('/accounts/nobody?lang=en');
    expect(unknown.status).toBe(404);
    expect(unknown.text).toContain('There is no account &quot;nobody&quot;.');
  });
});

describe('the accounts page', () => {
  it('searches, filters and pages', async () => {
    expect((await page('/accounts?q=aoba&lang=en')).text).toContain('Aoba Trading');
    expect((await page('/accounts?q=aoba&band=green&lang=en')).text).toContain(
      'No account matches.',
    );
    const { text } = await page('/accounts?limit=2&lang=en');
    const [, next] = /rel="next" href="([^"]+)"/.exec(text) ?? [];
    const second = await page(String(next).replaceAll('&amp;', '&'));
    expect(second.status).toBe(200);
    expect(second.text).toContain('First page');
  });

  it('takes the empty fields of a form, and forgets a band of another score', async () => {
    expect((await page('/accounts?q=&band=&phase=&owner=&sort=points&score=health')).status).toBe(
      200,
    );
    expect((await page('/accounts?band=purple')).status).toBe(200);
  });

  it('says on a page what does not work', async () => {
    const { status, text } = await page('/accounts?cursor=x&lang=ja');
    expect(status).toBe(400);
    expect(text).toContain('処理できません');
  });

  it('links to every account, whatever its id', async () => {
    const { text } = await page('/accounts?lang=en');
    const links = [...text.matchAll(/<th scope="row"><a href="([^"]+)"/g)].map(([, href]) =>
      String(href).replaceAll('&amp;', '&'),
    );
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) expect((await page(link)).status).toBe(200);
  });
});

describe('language', () => {
  it.each([
    ['/?lang=ja', 'en', '<html lang="ja">', '大きく下がった顧客'],
    ['/?lang=en', 'ja', '<html lang="en">', 'Biggest falls'],
    ['/', 'ja,en;q=0.5', '<html lang="ja">', '大きく下がった顧客'],
    ['/', 'fr', '<html lang="en">', 'Biggest falls'],
    ['/?lang=xx', 'ja', '<html lang="ja">', '大きく下がった顧客'],
  ])('%s with Accept-Language %s', async (path, accept, tag, shown) => {
    const { text, headers } = await page(path, { 'accept-language': accept });
    expect(text).toContain(tag);
    expect(text).toContain(shown);
    expect(headers.get('vary')).toContain('Accept-Language');
  });

  it('stays as chosen from page to page', async () => {
    const { text } = await page('/?lang=ja', { 'accept-language': 'en' });
    expect(text).toContain('href="/accounts/a-1?lang=ja"');
    expect(text).toContain('name="lang" value="ja"');
  });

  it.each(['/accounts/a-1', '/accounts', '/'])('leaves no English behind on %s', async (path) => {
    const { text } = await page(`${path}?lang=ja`);
    for (const english of [
      'Portfolio',
      'Search',
      'Measure',
      'Trend',
      'Owner',
      'undefined',
      'NaN',
      '[object',
    ]) {
      expect(text).not.toContain(`>${english}`);
    }
  });
});

describe('hostile names', () => {
  it.each([
    '/',
    '/accounts',
    `/accounts/${encodeURIComponent(hostile)}`,
    `/accounts?q=${encodeURIComponent(hostile)}`,
    `/accounts?owner=${encodeURIComponent(hostile)}`,
    `/accounts/${encodeURIComponent(`${hostile}?`)}`,
  ])('are text on %s', async (path) => {
    const { text } = await page(path);
    expect(text).not.toMatch(/<script|<img|href="javascript:/i);
    expect(text).not.toContain(hostile);
  });

  it('could do nothing even if they were not: no script may run', async () => {
    const { headers } = await page('/');
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none'; style-src 'sha256-[^']+'/,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('what people read in Japanese', () => {
  it('counts every unit of the metrics that packs come with in its own word', () => {
    const folder = join(import.meta.dirname, '../../../sql/metrics');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const found = files
      .filter((file) => file.endsWith('.yaml'))
      .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/unit: (\w+)/g)])
      .map(([, unit]) => unit as string);
    const units = [...new Set(found)].filter((unit) => unit !== 'ratio' && unit !== 'currency');
    expect(units.length).toBeGreaterThan(10);
    expect(units.filter((unit) => texts.ja.unit('3', unit, false).includes(unit))).toEqual([]);
  });

  it('says on an error page what is wrong, with the sentence of the API below', async () => {
    const { status, text } = await page('/accounts/nobody?lang=ja');
    expect(status).toBe(404);
    expect(text).toContain('<p>お探しのものは見つからないか、すでに削除されています。</p>');
    expect(text).toContain('lang="en">There is no account &quot;nobody&quot;.</p>');
  });
});

describe('a page on a phone', () => {
  it('names each value of a wide table by its column, since the head is out of sight', async () => {
    const portfolio = (await page('/?lang=ja')).text;
    expect(missingIn(portfolio, ['data-label="直近の変化"'])).toEqual([]);
    const account = (await page('/accounts/a-1?lang=en')).text;
    expect(missingIn(account, ['data-label="Value"', 'data-label="Effect"'])).toEqual([]);
  });
});
