/**
 * The monotonic clock counts microseconds, but may stand still while the machine sleeps. Past this drift it is set
 * again.
 */
const maxDriftMs = 20
const secondMs = 1_000

let offsetMs = Date.now() - performance.now()
let second = Number.NaN
/** `2026-01-31T12:00:00.` of that second. It is kept because formatting a date is the slowest part of a time stamp. */
let prefix = ''

/** Now as ISO 8601 in UTC with microseconds. For people: order comes from sequence numbers. */
export function microTimestamp(): string {
  const wallMs = Date.now()
  let nowMs = offsetMs + performance.now()
  if (Math.abs(nowMs - wallMs) > maxDriftMs) {
    offsetMs += wallMs - nowMs
    nowMs = wallMs
  }
  const current = Math.floor(nowMs / secondMs)
  if (current !== second) {
    second = current
    prefix = new Date(current * secondMs).toISOString().slice(0, -4)
  }
  const micros = Math.floor((nowMs - current * secondMs) * 1_000)
  return `${prefix}${String(micros).padStart(6, '0')}Z`
}
