/** Limits of the contract that the browser needs without its schemas (api-items.ts); a test holds them equal. */
export const maxTargets = 500
export const windowItems = 100
