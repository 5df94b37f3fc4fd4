/**
 * Loads a heavy module at first use and caches it. Caches the module, never its promise: a promise belongs to the
 * request that created it, and another request that awaits it may wait for ever.
 */
export function lazy<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let loaded: Module | undefined;
  return async () => {
    loaded ??= await load();
    return loaded;
  };
}
