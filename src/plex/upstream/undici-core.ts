import { createRequire } from 'node:module'
import type undici from 'undici'
import '../../util/net/undici-resets.ts'

/**
 * The parts of undici that a connection needs. The main entry also loads fetch, WebSocket and caches, which take 9 MB
 * and more time than all of our own code. undici has no public entry for these parts, so its version is pinned.
 */
const require = createRequire(import.meta.url)

export const Pool: typeof undici.Pool = require('undici/lib/dispatcher/pool.js')
export const buildConnector: typeof undici.buildConnector = require('undici/lib/core/connect.js')
