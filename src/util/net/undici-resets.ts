import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { failOnReset } from './resets.ts'

// Covers every connection that undici opens, also through a proxy. Every module that loads undici must load this one.
subscribe('undici:client:connected', (message) => failOnReset((message as { socket: Socket }).socket))
