import { expect, test } from 'vitest'
import { createSessions } from '../../src/server/http/session.ts'

test('50 wrong passwords from ten addresses do not lock out the owner, who has the right one', () => {
  const sessions = createSessions('right', () => 1_000_000)
  const outcomes = new Set<number>()
  for (let guess = 0; guess < 50; guess += 1) {
    try {
      sessions.signIn(`wrong ${guess}`, `10.0.0.${guess % 10}`, false)
    } catch (error) {
      outcomes.add((error as { status: number }).status)
    }
  }
  expect(outcomes).toEqual(new Set([401]))
  // A client that was wrong must wait, even with the right password; another client gets in.
  expect(() => sessions.signIn('right', '10.0.0.1', false)).toThrow('Too many wrong passwords')
  const cookie = sessions.signIn('right', '10.0.0.99', false)
  expect(sessions.isSignedIn(cookie.split(';')[0])).toBe(true)
})

test('the addresses of one IPv6 network count as one client, and do not get guesses of their own', () => {
  const sessions = createSessions('right', () => 1_000_000)
  const outcomes: number[] = []
  for (let guess = 0; guess < 20; guess += 1) {
    try {
      sessions.signIn(`wrong ${guess}`, `2001:db8:1:2::${guess.toString(16)}`, false)
    } catch (error) {
      outcomes.push((error as { status: number }).status)
    }
  }
  expect(outcomes).toContain(429)
  expect(() => sessions.signIn('right', '2001:db8:1:3::1', false)).not.toThrow()
})
