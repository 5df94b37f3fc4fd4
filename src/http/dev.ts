/**
 * Development pages, such as the mailbox. They do not exist in production. Also applies rate limits to every request
 * below `/dev`, including the domains' pages there.
 */
import { sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { httpError } from './errors';
import type { AppEnv } from './middleware';
import { enforceLimit } from './rate-limit';

const MAILS_MAX = 100;

export const devRoutes = new Hono<AppEnv>();

devRoutes.use('/dev/*', async (c, next) => {
  if (c.var.ctx.config.environment !== 'development') throw httpError('NOT_FOUND');
  await enforceLimit(c, ['GET', 'HEAD'].includes(c.req.method) ? 'read' : 'write');
  await next();
});

devRoutes.get('/dev/mail', async (c) => {
  const mails = await c.var.ctx.db.all<{ recipient: string; subject: string; text: string; created_at: number }>(
    sql`SELECT recipient, subject, text, created_at FROM mailbox ORDER BY id DESC LIMIT ${MAILS_MAX}`,
  );
  if (c.req.header('accept')?.includes('application/json')) return c.json({ success: true, data: { items: mails } });
  c.header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
  return c.html(html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Footlight mailbox</title>
<style>body{font:16px/1.5 system-ui;max-width:44rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;background:#f4f4f4;padding:1rem}</style>
<h1>Mailbox</h1>
${mails.length === 0 ? html`<p>No mail yet. Mails that the server sends in development appear here.</p>` : ''}
${mails.map(
  (mail) =>
    html`<article><h2>${mail.subject}</h2><p>To ${mail.recipient}, ${new Date(mail.created_at).toISOString()}</p><pre>${mail.text}</pre></article>`,
)}
</html>`);
});
