/** The contract: every endpoint, and who may call it. `contract.tsv` is its copy, so that a clone can be tested alone. */
import contract from './contract.tsv?raw';

export interface ContractRow {
  readonly domain: string;
  readonly method: string;
  /** As endpoints are declared: `/stream/{id}`. */
  readonly path: string;
  readonly who: string;
}

export const contractRows: readonly ContractRow[] = contract
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [domain = '', method = '', path = '', who = ''] = line.split('\t');
    return {
      domain,
      method: method.toLowerCase(),
      path: path.replace('(root)', '').replaceAll(/:(\w+)/g, '{$1}'),
      who,
    };
  });
