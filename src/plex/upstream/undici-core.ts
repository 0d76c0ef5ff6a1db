import { createRequire } from 'node:module'
import type undici from 'undici'
import '../../util/net/undici-resets.ts'

/**
 * What a connection needs of undici. Its index loads fetch, WebSocket and caches too, which take 9 MB and more time
 * than all of
 * our own code; undici has no entry of its own for the rest, and its version is pinned.
 */
const require = createRequire(import.meta.url)

export const Pool: typeof undici.Pool = require('undici/lib/dispatcher/pool.js')
export const buildConnector: typeof undici.buildConnector = require('undici/lib/core/connect.js')
