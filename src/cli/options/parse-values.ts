import { InvalidArgumentError } from 'commander'

/** For an option that may be given more than once. */
export const collect = (value: string, earlier: string[]): string[] => [...earlier, value]

/** `--secret name=value`, given any number of times. */
export function collectSecret(value: string, earlier: Record<string, string>): Record<string, string> {
  const at = value.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('it looks like name=value.')
  return { ...earlier, [value.slice(0, at)]: value.slice(at + 1) }
}

export function parseCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0 && count < 10_000) return count
  throw new InvalidArgumentError('it is a whole number from 1 to 9999.')
}

export function parsePort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new InvalidArgumentError('a port is a number from 0 to 65535.')
}

/** Where the studio listens unless --port says otherwise. */
export const studioPort = 8787
