import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { failOnReset } from './resets.ts'

// Every connection that undici opens, through a proxy too. Whoever loads undici loads this.
subscribe('undici:client:connected', (message) => failOnReset((message as { socket: Socket }).socket))
