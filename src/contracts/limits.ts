/**
 * The budgets that requests count against. By default a read counts as `read` and everything else as `write`. `media`
 * is larger, since one page may show forty images. No endpoint uses `lookUp`: see `spendLookUp`.
 */
export type Limit = 'read' | 'write' | 'signIn' | 'media' | 'lookUp';
