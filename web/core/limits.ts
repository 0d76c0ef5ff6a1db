/**
 * Limits of the contract (api-items.ts), repeated so that the browser need not load the schemas. A test keeps them
 * equal.
 */
export const maxTargets = 500
export const windowItems = 100
