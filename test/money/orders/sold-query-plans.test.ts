/** The sweeps and lists of sold orders go by their indexes, however many orders there are. */
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { orderOf } from '#test/support/orders';
import { plansOf } from '#test/support/plans';
import { aSale } from '#test/support/sales';
import { actorOf, asCreator } from '#test/support/users';
import { eraseAddresses, resealAddresses } from '@/domains/money/orders/addresses';
import { listAtDesk } from '@/domains/money/orders/desk';
import { listOrdersOf } from '@/domains/money/orders/find';
import { matureOrders } from '@/domains/money/orders/mature';
import { orderPayments } from '@/domains/money/orders/order-payments';
import { remindSellers, returnUnshipped } from '@/domains/money/orders/overdue';
import { askStaffAboutProblems } from '@/domains/money/orders/problems';
import { requireSales } from '@/domains/money/orders/refund';
import { sendRefunds } from '@/domains/money/orders/send-refund';
import { paysOthersShipping } from '@/domains/money/orders/shipping-excess';
import { askAboutPayments } from '@/domains/money/payments/sweep';
import { readWallet } from '@/domains/money/wallet/balances';
import { newId } from '@/shared/ids';

type Use = Parameters<typeof plansOf>[0];

const actor = actorOf({ userId: 'owner', email: 'owner@footlight.test' });
const withOldKey: Use = (ctx) => {
  const [key] = ctx.config.keys.encryption;
  const keys = {
    ...ctx.config.keys,
    encryption: [key, { ...key, kid: 'old-key-' }] as typeof ctx.config.keys.encryption,
  };
  return resealAddresses({ ...ctx, config: { ...ctx.config, keys } });
};

const SWEEPS: readonly [string, Use, string][] = [
  ['matures orders', matureOrders, 'orders_to_mature'],
  ['reminds sellers', remindSellers, 'orders_to_remind'],
  ['returns what was not shipped', returnUnshipped, 'orders_to_fulfil'],
  ['sends refunds', sendRefunds, 'order_refunds_to_send'],
  ['asks staff about problems', askStaffAboutProblems, 'order_problems_unanswered'],
  ['ends checkouts', (ctx) => askAboutPayments(ctx, { orders: orderPayments }), 'orders_to_ask'],
  ['erases addresses', eraseAddresses, 'orders_with_address'],
  ['encrypts addresses again', withOldKey, 'orders_by_encryption_key'],
];

describe('the sweep that', () => {
  it.each(SWEEPS)('%s reads only what is due', async (_, use, index) => {
    const [plan = ''] = await plansOf(use);
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/SCAN (orders|order_refunds|order_problems)(?! USING INDEX)/);
    expect(plan).not.toContain('USE TEMP B-TREE');
  });
});

describe('a list of orders', () => {
  it('of a seller by status goes by one index, in its order', async () => {
    const [plan = ''] = await plansOf((ctx) => listOrdersOf(ctx, 'seller', 'seller', { perPage: 20, status: 'paid' }));
    expect(plan).toContain('orders_of_seller_by_state (seller_id=? AND state=?)');
    expect(plan).not.toContain('USE TEMP B-TREE');
  });

  it('of a buyer by status does too', async () => {
    const [plan = ''] = await plansOf((ctx) => listOrdersOf(ctx, 'buyer', 'buyer', { perPage: 20, status: 'paid' }));
    expect(plan).toContain('orders_of_user_by_state (user_id=? AND state=?)');
    expect(plan).not.toContain('USE TEMP B-TREE');
  });

  it('at the desk takes three statements, by status or by problem', async () => {
    const byStatus = await plansOf((ctx) => listAtDesk(ctx, actor, { perPage: 20, status: 'paid' }));
    expect(byStatus).toHaveLength(3);
    expect(byStatus[0]).toContain('orders_by_state (state=?)');
    expect(byStatus[2]).toContain('order_refunds USING INDEX sqlite_autoindex_order_refunds_2 (order_id=?)');
    const byProblem = await plansOf((ctx) => listAtDesk(ctx, actor, { perPage: 20, problem: 'open' }));
    expect(byProblem).toHaveLength(3);
    expect(byProblem[0]).toContain('order_problems_open');
    expect(byProblem.join('\n')).not.toMatch(/SCAN (orders|users)/);
  });
});

it('whether an order pays the shipping of others is read from the orders of its buyer alone', async () => {
  const [plan = ''] = await plansOf((ctx) => ctx.db.get(sql`SELECT ${paysOthersShipping(newId())} AS isShared`));
  expect(plan).toContain('o USING INDEX sqlite_autoindex_orders_1 (id=?)');
  expect(plan).toMatch(/other USING INDEX orders_of_user\w* \(user_id=\?\)/);
});

describe('what a seller has', () => {
  it('is read by indexes before a refund and in the wallet', async () => {
    const seller = await asCreator();
    const { id } = await aSale({ seller });
    const order = await orderOf(id);
    const [refund = ''] = await plansOf((ctx) =>
      requireSales(ctx, order, { quantity: 1, shippingMinor: 0, amountMinor: 1 }),
    );
    expect(refund).toContain('held USING PRIMARY KEY (seller_id=? AND currency=?)');
    const wallet = (await plansOf((ctx) => readWallet(ctx, seller.userId))).join('\n');
    expect(wallet).toContain('sales_held USING PRIMARY KEY (seller_id=?)');
  });
});
