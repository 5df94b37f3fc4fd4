/** Conditional requests: a client that already has the current version gets no body. */

/** Whether `If-None-Match` names this tag. Compares weakly, since an edge that compresses turns `"a"` into `W/"a"`. */
export function matchesEtag(header: string | null | undefined, etag: string): boolean {
  if (!header) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}
