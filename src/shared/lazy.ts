/**
 * Loads a heavy module at its first use and keeps it. What is kept is the module, never the promise of it: a promise
 * belongs to the request that made it, and another request that waits for it may wait for ever.
 */
export function lazy<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let loaded: Module | undefined;
  return async () => {
    loaded ??= await load();
    return loaded;
  };
}
