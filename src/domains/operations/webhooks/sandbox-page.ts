/** The page of the sandbox's checkout. It runs no script, and escapes what it shows. */
import type { Context } from 'hono';
import { html } from 'hono/html';
import type { PostalAddress } from '@/contracts/payments';
import type { AppEnv } from '@/http/middleware';
import { formatPrice } from '@/shared/currency';
import type { SandboxCheckout } from './sandbox-payment';

/** The fields of an address, in the order of the form. */
export const ADDRESS_FIELDS = [
  'name',
  'line1',
  'line2',
  'postalCode',
  'city',
  'state',
  'country',
  'phone',
] as const satisfies readonly (keyof PostalAddress)[];

/** @param over why it cannot be paid; undefined while it can */
export function sandboxPage(
  c: Context<AppEnv>,
  { payment, title, lines, goods }: SandboxCheckout,
  over: string | undefined,
  status: 200 | 409,
) {
  const { amountMinor, currency, successUrl, cancelUrl, paidAt } = payment;
  // Browsers apply `form-action` to the redirect that follows a form too.
  const targets = ["'self'", new URL(successUrl).origin, new URL(cancelUrl).origin].join(' ');
  c.header(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'unsafe-inline'; form-action ${targets}; base-uri 'none'; frame-ancestors 'none'`,
  );
  const submit = (decision: string, label: string) =>
    html`<button name="decision" value="${decision}">${label}</button>`;
  const button = (decision: string, label: string) => html`<form method="post">${submit(decision, label)}</form>`;
  const address = goods?.address;
  const fields = address
    ? ADDRESS_FIELDS.map(
        (field) => html`<label>${field}<input name="${field}" value="${address[field] ?? ''}"></label>`,
      )
    : '';
  return c.html(
    html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Footlight sandbox checkout</title>
<style>body{font:16px/1.5 system-ui;max-width:30rem;margin:2rem auto;padding:0 1rem}form{display:inline-block;margin-right:1rem}button{font:inherit;padding:.5rem 1.5rem}label{display:block}input{font:inherit;display:block;width:20rem}</style>
<h1>${title}</h1>
${lines.map((line) => html`<p>${line}</p>`)}
<p><strong>${formatPrice(amountMinor, currency)}</strong></p>
${over === undefined ? html`<form method="post">${fields}${submit('pay', 'Pay')}</form>${payment.status === 'processing' ? '' : button('pay-later', 'Pay by slow transfer')}${button('decline', 'Decline')}` : html`<p>${over}</p><p><a href="${cancelUrl}">Back</a></p>`}
${paidAt === null ? '' : html`<p>${button('dispute', 'Dispute')}${button('lose-dispute', 'Lose the dispute')}${button('win-dispute', 'Win the dispute')}</p>`}
<p>This is a sandbox: no money moves.</p>
</html>`,
    status,
  );
}
