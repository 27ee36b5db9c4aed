/** An invented shop's customers: when they come, how often they buy, and when they stop. */
import { type DemoTable, TableBuilder } from './columns.ts';
import { clamp, Random } from './random.ts';

/** Half of the customers come in the first quarter, the others one by one. */
const rushDays = 90;

interface ShopDays {
  seed: number;
  origin: number;
  from: number;
  today: number;
  /** Customers after `growthDays`. */
  customers: number;
  growthDays: number;
}

/** Tables by the shop's own column names, which the retail pack maps to the contract's. */
export function generateShop(days: ShopDays): DemoTable[] {
  const accounts = new TableBuilder('accounts', 'replace', [
    ['account_id', 'STRING'],
    ['created_date', 'DATE'],
  ]);
  const purchases = new TableBuilder('purchases', 'append', [
    ['account_id', 'STRING'],
    ['purchase_date', 'DATE'],
    ['quantity', 'INT64'],
    ['amount_usd', 'NUMERIC'],
  ]);
  const rush = Math.ceil(days.customers / 2);
  const perDay = Math.max(0.1, (days.customers - rush) / days.growthDays);
  for (let number = 0; ; number++) {
    const random = new Random(days.seed, 7001, number);
    const after =
      number < rush ? random.whole(0, rushDays - 1) : Math.floor((number - rush) / perDay);
    const known = exemplars[number];
    const first = days.origin + (known ? 0 : after);
    if (number >= rush && first > days.today) break;
    if (first > days.today) continue;
    const id = known?.id ?? `S-${String(number + 1).padStart(5, '0')}`;
    accounts.add(id, first);
    buy(random, purchases, { id, first, habit: known?.habit ?? habitOf(random), ...days });
  }
  return [accounts.build(), purchases.build()];
}

/** How a customer buys: chance of a purchase on a day, and of staying after one. */
interface Habit {
  pace: number;
  loyalty: number;
}

/** Most come rarely; a few come all the time. */
function habitOf(random: Random): Habit {
  const pace = 0.002 + 0.05 * random.next() * random.next() * random.next();
  return { pace, loyalty: 1 - 0.5 * random.next() * random.next() };
}

/** The customers whom the pack's exemplars name, by number. */
const exemplars: readonly { id: string; habit: Habit }[] = [
  { id: '00001', habit: { pace: 0, loyalty: 0 } },
  { id: '07145', habit: { pace: 0.25, loyalty: 1 } },
];

/** Buys on the first day, then at random days of its own pace, until it loses interest. */
function buy(
  random: Random,
  purchases: TableBuilder,
  customer: { id: string; first: number; habit: Habit; from: number; today: number },
): void {
  const { pace, loyalty } = customer.habit;
  const price = random.between(6, 30);
  for (let day = customer.first; day <= customer.today; day++) {
    if (day > customer.first && !random.chance(pace)) continue;
    const quantity = clamp(random.rounded(1 + 2 * random.next() * random.next()), 1, 9);
    const cents = Math.round(quantity * price * random.between(0.7, 1.3) * 100);
    if (day >= customer.from) purchases.add(customer.id, day, quantity, cents / 100);
    if (!random.chance(loyalty)) return;
  }
}
