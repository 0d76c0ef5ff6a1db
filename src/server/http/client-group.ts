import { isIPv6 } from 'node:net'

/**
 * The group of addresses that counts as one client. A client with IPv6 can use all 2^64 addresses of its network, so
 * the network counts as one. Each IPv4 address counts alone, also in its IPv6 form.
 */
export function clientGroup(address: string): string {
  const [plain = ''] = address.split('%')
  if (!isIPv6(plain)) return plain
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain) ?? []
  if (mapped !== undefined) return mapped
  const [before = '', after] = plain.split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === undefined || after === '' ? [] : after.split(':')
  // An IPv4 address at the end stands for two groups.
  const dotted = plain.includes('.') ? 1 : 0
  const missing = after === undefined ? 0 : 8 - head.length - tail.length - dotted
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
