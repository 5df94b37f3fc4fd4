/** What Vite adds to modules, as far as the tests use it. */
declare module '*?raw' {
  const text: string;
  export default text;
}

interface ImportMeta {
  glob(patterns: readonly string[], options: { readonly eager: true }): Record<string, Record<string, unknown>>;
}
