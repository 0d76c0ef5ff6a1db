import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { limits } from '../limits.ts'
import { clientGroup } from './client-group.ts'
import { RequestProblem } from './request-problem.ts'

const cookieName = 'kometa_preview_session'

export interface Sessions {
  /** False if nobody has to sign in. */
  readonly passwordNeeded: boolean
  isSignedIn(cookieHeader: string | undefined): boolean
  /** The Set-Cookie of a new session for the client at `address`. Throws WRONG_PASSWORD, TOO_MANY_ATTEMPTS. */
  signIn(password: string, address: string, secure: boolean): string
  /** The Set-Cookie that removes the session's cookie. */
  signOut(cookieHeader: string | undefined): string
}

interface Attempts {
  wrong: number
  shutUntil: number
}

/** Sessions are in memory, so a restart signs everybody out. Without a password, everybody is signed in. */
export function createSessions(password: string | undefined, now: () => number = () => performance.now()): Sessions {
  const sessions = new Map<string, number>()
  const attempts = new Map<string, Attempts>()
  const digest = (text: string) => createHash('sha256').update(text).digest()

  const check = (given: string, client: string): void => {
    const known = attempts.get(client)
    if (known && known.shutUntil > now()) {
      throw new RequestProblem(429, 'TOO_MANY_ATTEMPTS', 'Too many wrong passwords.', {
        hint: 'Wait a moment, then try again.',
        retryAfterSeconds: Math.ceil((known.shutUntil - now()) / 1_000),
      })
    }
    if (timingSafeEqual(digest(given), digest(password ?? ''))) {
      attempts.delete(client)
      return
    }
    // The table is bounded, so an attacker with many addresses pushes out old entries; `all` counts all clients
    // together.
    for (const name of [client, 'all']) {
      const wrong = (attempts.get(name)?.wrong ?? 0) + 1
      const limit = name === 'all' ? limits.maxWrongPasswords * 10 : limits.maxWrongPasswords
      const shut = wrong >= limit
      attempts.delete(name)
      attempts.set(name, { wrong: shut ? 0 : wrong, shutUntil: shut ? now() + limits.signInPauseMs : 0 })
    }
    for (const name of attempts.keys()) if (attempts.size > 1_000 && name !== 'all') attempts.delete(name)
    throw new RequestProblem(401, 'WRONG_PASSWORD', 'This is not the password.', {
      hint: 'It was given or printed when Kometa Preview was started.',
    })
  }

  return {
    passwordNeeded: password !== undefined,
    isSignedIn(cookieHeader) {
      if (password === undefined) return true
      const id = readCookie(cookieHeader)
      const expires = id === null ? undefined : sessions.get(digest(id).toString('hex'))
      return expires !== undefined && expires > now()
    },
    signIn(given, address, secure) {
      if (password === undefined) return cookie('', 0, secure)
      const client = clientGroup(address)
      const all = attempts.get('all')
      // Wrong passwords from many addresses lock out clients that gave a wrong one, and not the owner, who did not.
      if (all && all.shutUntil > now() && attempts.has(client)) check(given, 'all')
      else check(given, client)
      const id = randomBytes(32).toString('base64url')
      for (const [known, expires] of sessions) {
        if (expires <= now() || sessions.size >= limits.maxSessions) sessions.delete(known)
      }
      sessions.set(digest(id).toString('hex'), now() + limits.sessionLifetimeMs)
      return cookie(id, Math.floor(limits.sessionLifetimeMs / 1_000), secure)
    },
    signOut(cookieHeader) {
      const id = readCookie(cookieHeader)
      if (id !== null) sessions.delete(digest(id).toString('hex'))
      return cookie('', 0, false)
    },
  }
}

function cookie(value: string, maxAgeSeconds: number, secure: boolean): string {
  const rules = `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict`
  return `${cookieName}=${value}; ${rules}${secure ? '; Secure' : ''}`
}

function readCookie(header: string | undefined): string | null {
  for (const part of (header ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2)
    if (name === cookieName && value !== undefined && /^[\w-]{43}$/.test(value)) return value
  }
  return null
}
