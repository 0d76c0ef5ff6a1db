import type { AllowedRead } from '../../policy/classify-read.ts'
import { microTimestamp } from '../clock.ts'
import type { ForwardedRead, ProxyRecorder } from './proxy-recorder.ts'

type OwnAnswer = Required<Pick<ForwardedRead, 'status' | 'bytes' | 'closeDelimited'>>

/**
 * Begins the record of a read that a proxy makes for itself while it answers a client. Its place in the order and its
 * time are those of now; the record is written by the function that this returns, once Plex's answer is whole.
 */
export function beginOwnRead(
  recorder: Pick<ProxyRecorder, 'nextSeq' | 'forwarded'>,
  server: string,
  { resource: target, template }: Pick<AllowedRead, 'resource' | 'template'>,
): (answer: OwnAnswer) => void {
  const [seq, timestamp, startedAt] = [recorder.nextSeq(), microTimestamp(), performance.now()]
  return ({ status, bytes, closeDelimited }) => {
    const answer = { status, bytes, closeDelimited, durationMs: performance.now() - startedAt }
    recorder.forwarded({ seq, timestamp, server, method: 'GET', target, template, ...answer })
  }
}
