/** A receipt as a page to print. It loads nothing and runs nothing, and every value is escaped. */
import type { z } from '@hono/zod-openapi';
import { html } from 'hono/html';
import { formatMinor } from '@/shared/currency';
import type { OrderReceipt, PayoutReceipt, PurchaseReceipt } from './schemas';

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const STYLE =
  'body{font:16px/1.5 system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem}' +
  'th{text-align:left;font-weight:normal;padding-right:2rem;vertical-align:top}td{white-space:pre-line}';

/** A label and its value; a line whose value is null is left out. */
type Line = readonly [string, string | number | null];

export function purchaseReceiptPage(receipt: z.output<typeof PurchaseReceipt>): Promise<Response> {
  const { number, issuedAt, seller, buyer, item, coins, bonusCoins, currency, provider, reversedMinor } = receipt;
  const money = (amountMinor: number) => formatMinor(amountMinor, currency);
  return page(`Receipt ${number}`, [
    ['Issued', dayOf(issuedAt)],
    ['Seller', addressOf(seller)],
    ['Buyer', `${buyer.name}\n${buyer.email}`],
    ['Item', item],
    ['Coins', coins],
    ['Bonus coins', bonusCoins],
    ['Discount code', receipt.discountCode],
    ['Quantity', receipt.quantity],
    ['Unit price', money(receipt.unitPriceMinor)],
    ['Total', money(receipt.totalMinor)],
    ['Taxes', receipt.taxNote],
    ['Payment', receipt.paymentId === null ? provider : `${provider}, ${receipt.paymentId}`],
    ...receipt.reversals.map(
      ({ kind, amountMinor, state, at }): Line => [`${dayOf(at)}: ${kind}`, `${money(amountMinor)} (${state})`],
    ),
    ['Taken back', reversedMinor === 0 ? null : `${money(reversedMinor)}, ${receipt.reversedCoins} coins`],
  ]);
}

export function orderReceiptPage(receipt: z.output<typeof OrderReceipt>): Promise<Response> {
  const { number, issuedAt, platform, seller, buyer, currency, provider, reversedMinor, commissionMinor } = receipt;
  const money = (amountMinor: number) => formatMinor(amountMinor, currency);
  const sideOf = ({ name, username, email }: typeof seller) => [name, `@${username}`, email].filter(Boolean).join('\n');
  const options = Object.entries(receipt.options).map(([option, value]) => `${option}: ${value}`);
  return page(`Receipt ${number}`, [
    ['Issued', dayOf(issuedAt)],
    ['Platform', addressOf(platform)],
    ['Seller', sideOf(seller)],
    ['Buyer', sideOf(buyer)],
    ['Order', receipt.orderNumber],
    ['Item', [receipt.item, ...options].join('\n')],
    ['Quantity', receipt.quantity],
    ['Unit price', money(receipt.unitPriceMinor)],
    ['Items', money(receipt.itemsMinor)],
    ['Shipping', money(receipt.shippingMinor)],
    ['Tax', money(receipt.taxMinor)],
    ['Total', money(receipt.totalMinor)],
    ['Commission', commissionMinor === undefined ? null : money(commissionMinor)],
    ['Taxes', receipt.taxNote],
    ['Payment', receipt.paymentId === null ? provider : `${provider}, ${receipt.paymentId}`],
    ...receipt.reversals.map(
      ({ kind, amountMinor, state, at }): Line => [`${dayOf(at)}: ${kind}`, `${money(amountMinor)} (${state})`],
    ),
    ['Taken back', reversedMinor === 0 ? null : money(reversedMinor)],
  ]);
}

export function payoutReceiptPage(receipt: z.output<typeof PayoutReceipt>): Promise<Response> {
  const { number, issuedAt, payer, payee, diamonds, rate, currency, method, reference, setOff, returnedAt } = receipt;
  const money = (amountMinor: number) => formatMinor(amountMinor, currency);
  return page(`Receipt ${number}`, [
    ['Issued', dayOf(issuedAt)],
    ['Paid by', addressOf(payer)],
    ['Paid to', `${payee.name}\n${payee.email}`],
    ['Source', receipt.source],
    ['Diamonds', diamonds],
    ['Rate', rate && `${rate.numerator} minor units for ${rate.denominator} diamonds`],
    ['Due', money(receipt.dueMinor)],
    ['Fee', money(receipt.feeMinor)],
    ['Sent', money(receipt.amountMinor)],
    ['Taxes', receipt.taxNote],
    ['Method', reference === null ? method : `${method}, ${reference}`],
    ['Debt paid first', setOff && `${setOff.coins} coins, with ${setOff.diamonds} diamonds`],
    ['Came back', returnedAt && dayOf(returnedAt)],
  ]);
}

function dayOf(iso: string): string {
  return iso.slice(0, 10);
}

function addressOf({ name, address }: { name: string; address: string | null }): string {
  return address === null ? name : `${name}\n${address}`;
}

async function page(title: string, lines: readonly Line[]): Promise<Response> {
  const rows = lines.filter(([, value]) => value !== null);
  const text = await html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<table>
${rows.map(([label, value]) => html`<tr><th scope="row">${label}</th><td>${value}</td></tr>\n`)}
</table>
</html>`;
  return new Response(String(text), {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': POLICY,
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'private, no-store',
      Vary: 'Accept',
    },
  });
}
