import { join } from 'node:path'
import { trustVariables } from '../trust/trust-variables.ts'

/** What Kometa gets of the user's environment. Not on the list: KOMETA_*, PMM_* and PLEXAPI_* win over arguments and config. */
const passed = ['PATH', 'PYTHONPATH', 'VIRTUAL_ENV', 'LD_LIBRARY_PATH', 'LANG', 'TZ', 'TMPDIR', 'XDG_DATA_DIRS']
/** Python on Windows cannot open a socket without SystemRoot, nor find a program without PATHEXT. */
const passedOnWindows = ['TEMP', 'TMP', 'SYSTEMROOT', 'WINDIR', 'PATHEXT', 'COMSPEC']
const proxyNames = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']

export interface KometaEnvironmentOptions {
  /** A private folder, so that no user's plexapi config.ini or .netrc is read. */
  home: string
  /** Added last. Proxies are named here or not at all: the user's own would lead past the gate, and their NO_PROXY past both. */
  extra?: Readonly<Record<string, string>>
  /** The interpreter; on Windows it plays the browser that does nothing. */
  python?: string
  platform?: NodeJS.Platform
}

/** The environment that Kometa runs in: an allow-list of the user's, and ours. */
export function kometaEnvironment(env: NodeJS.ProcessEnv, options: KometaEnvironmentOptions): Record<string, string> {
  const { home, extra = {}, python = 'python', platform = process.platform } = options
  const windows = platform === 'win32'
  const user = lookUp(env, windows)
  const result: Record<string, string> = {}
  const names = [...passed, ...trustVariables, ...(windows ? passedOnWindows : ['TEMP'])]
  for (const name of [...names, ...Object.keys(env).filter((key) => /^LC_[A-Z]+$/.test(key))]) {
    const value = user(name)
    if (value !== undefined) result[name] = value
  }
  Object.assign(result, privateHome(home, windows), {
    // Trakt and MAL open a browser when their tokens are refused (trakt.py:135, mal.py:164).
    BROWSER: windows ? `"${python.replaceAll('\\', '/')}" -c pass %s` : 'true',
    // A pipe is no terminal: without these, progress comes late and titles break on Windows.
    PYTHONUNBUFFERED: '1',
    PYTHONIOENCODING: 'utf-8',
    // The folders beside the code are the user's: their checkout, and the environment that may lie in it.
    PYTHONDONTWRITEBYTECODE: '1',
    ...extra,
  })
  spellProxies(result, windows)
  return result
}

export interface ContainerEnvironment {
  env: Record<string, string>
  /** Files that it names: a container sees them only where they are mounted. */
  files: string[]
}

/** The environment of a Kometa in a container: the image's own, and this. What is about this machine's programs stays here. */
export function containerEnvironment(
  env: NodeJS.ProcessEnv,
  { home, extra = {} }: Pick<KometaEnvironmentOptions, 'home' | 'extra'>,
): ContainerEnvironment {
  const names = ['TZ', ...trustVariables].filter((name) => env[name])
  const user = Object.fromEntries(names.map((name) => [name, env[name]]))
  const result = kometaEnvironment(user, { home, extra, platform: 'linux' })
  const files = trustVariables.flatMap((name) => result[name] ?? [])
  return { env: result, files }
}

/** Windows' names have no case. */
function lookUp(env: NodeJS.ProcessEnv, windows: boolean): (name: string) => string | undefined {
  if (!windows) return (name) => env[name]
  const upper = new Map(Object.entries(env).map(([key, value]) => [key.toUpperCase(), value]))
  return (name) => upper.get(name.toUpperCase())
}

function privateHome(home: string, windows: boolean): Record<string, string> {
  if (!windows) return { HOME: home }
  return {
    HOME: home,
    USERPROFILE: home,
    APPDATA: join(home, 'AppData', 'Roaming'),
    LOCALAPPDATA: join(home, 'AppData', 'Local'),
  }
}

/** `requests` prefers the lower-case names, other code reads the upper-case ones: both say the same. */
function spellProxies(result: Record<string, string>, windows: boolean): void {
  for (const name of proxyNames) {
    const value = result[name]
    if (value !== undefined && !windows) result[name.toLowerCase()] = value
  }
}
