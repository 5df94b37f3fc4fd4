/** Conditional requests: what a client holds already is not sent again. */

/** Whether `If-None-Match` names this tag. It compares weakly: `W/"a"` is `"a"`, as an edge that compresses makes it. */
export function matchesEtag(header: string | null | undefined, etag: string): boolean {
  if (!header) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}
