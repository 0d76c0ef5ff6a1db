/** The monotonic clock counts microseconds but may stand still while the machine sleeps: past this it is set anew. */
const maxDriftMs = 20

let offsetMs = Date.now() - performance.now()

/** Now as ISO 8601 in UTC with microseconds. For people: order comes from sequence numbers. */
export function microTimestamp(): string {
  const wallMs = Date.now()
  let nowMs = offsetMs + performance.now()
  if (Math.abs(nowMs - wallMs) > maxDriftMs) {
    offsetMs = wallMs - performance.now()
    nowMs = wallMs
  }
  const wholeMs = Math.floor(nowMs)
  const micros = Math.floor((nowMs - wholeMs) * 1000)
  return `${new Date(wholeMs).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`
}
