// For HEALTHCHECK: checks that the studio answers. 8787 is the port inside the container, whatever port is published
// outside.
const timeoutMs = 4_000
try {
  const answer = await fetch('http://127.0.0.1:8787/api/health', { signal: AbortSignal.timeout(timeoutMs) })
  if (!answer.ok) throw new Error(`status ${answer.status}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
