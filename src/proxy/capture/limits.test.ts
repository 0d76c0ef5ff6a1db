import { expect, test } from 'vitest'
import { defaultCaptureLimits } from './limits.ts'

const mib = 1_048_576

/**
 * Kometa sends posters of some MB, waits 60 s for an answer and tries six times: each limit is far above what it does,
 * and none is infinite.
 */
test('the limits that hold where nobody chose others', () => {
  expect(defaultCaptureLimits).toEqual({
    maxBodyBytes: 64 * mib,
    maxOpenUploads: 8,
    maxWaitingUploads: 8_192,
    senderPatienceMs: 100,
    bodyIdleTimeoutMs: 60_000,
    bodyTotalTimeoutMs: 600_000,
    maxPartFiles: 100,
    maxParts: 20_000,
    maxPartHeaderBytes: mib / 16,
    maxNesting: 3,
    urlTimeoutMs: 30_000,
    urlMaxRedirects: 5,
  })
})
