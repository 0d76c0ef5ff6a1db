/** The size of each upload. */
export const pictureBytes = 5 * 1024 * 1024
const headBytes = 64

const rest = Buffer.alloc(pictureBytes - headBytes)
for (let at = 0; at < rest.length; at += 4) rest.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at)

/** A picture with the first bytes of a JPEG. Each number has its own `head`; all pictures share the larger `rest`. */
export function picture(number: number): { head: Buffer; rest: Buffer } {
  const head = Buffer.alloc(headBytes)
  head.set([0xff, 0xd8, 0xff, 0xe0])
  head.writeUInt32BE(number, 20)
  return { head, rest }
}
