import { expect, test } from 'vitest'
import { containerEnvironment, kometaEnvironment } from '../../src/kometa/process/environment.ts'

const home = '/w/home'

test('only the allow-list passes', () => {
  const env = {
    ...{
      PATH: '/bin',
      LANG: 'de_DE.UTF-8',
      LC_ALL: 'C',
      LC_TIME: 'x',
      TZ: 'Europe/Berlin',
      VIRTUAL_ENV: '/v',
      PYTHONPATH: '/p',
    },
    ...{ LD_LIBRARY_PATH: '/l', TMPDIR: '/t', XDG_DATA_DIRS: '/d', REQUESTS_CA_BUNDLE: '/ca', SSL_CERT_FILE: '/ca2' },
    ...{
      KOMETA_CONFIG: 'x',
      KOMETA_DELETE_COLLECTIONS: 'true',
      PMM_RUN: 'x',
      PLEXAPI_AUTH_SERVER_TOKEN: 'x',
      HOME: '/root',
    },
    ...{
      PLEX_TOKEN: 'x',
      XDG_CONFIG_HOME: '/c',
      PYTHONSTARTUP: 'x',
      LD_PRELOAD: 'x',
      BROWSER: 'firefox',
      NETRC: 'x',
      ALL_PROXY: 'x',
    },
  }
  expect(kometaEnvironment(env, { home, platform: 'linux' })).toEqual({
    ...{
      PATH: '/bin',
      LANG: 'de_DE.UTF-8',
      LC_ALL: 'C',
      LC_TIME: 'x',
      TZ: 'Europe/Berlin',
      VIRTUAL_ENV: '/v',
      PYTHONPATH: '/p',
    },
    ...{ LD_LIBRARY_PATH: '/l', TMPDIR: '/t', XDG_DATA_DIRS: '/d', REQUESTS_CA_BUNDLE: '/ca', SSL_CERT_FILE: '/ca2' },
    ...{ HOME: home, BROWSER: 'true', PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8', PYTHONDONTWRITEBYTECODE: '1' },
  })
})

test('the user’s proxies and exemptions are left out: only ours are set, in both spellings', () => {
  const user = {
    ...{ HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1', http_proxy: 'http://only:2' },
    ...{ NO_PROXY: '*', no_proxy: 'localhost,127.0.0.1', ALL_PROXY: 'socks5://x', all_proxy: 'socks5://x' },
  }
  const proxies = (env: Record<string, string>) =>
    Object.fromEntries(Object.entries(env).filter(([name]) => /proxy/i.test(name)))
  expect(proxies(kometaEnvironment(user, { home, platform: 'linux' }))).toEqual({})
  const extra = { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'localhost:8' }
  expect(proxies(kometaEnvironment(user, { home, extra, platform: 'linux' }))).toEqual({
    ...{ HTTPS_PROXY: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' },
    ...{ NO_PROXY: 'localhost:8', no_proxy: 'localhost:8' },
  })
  const empty = { HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: '' }
  expect(kometaEnvironment(user, { home, extra: empty, platform: 'linux' })).toMatchObject({
    NO_PROXY: '',
    no_proxy: '',
  })
  expect(proxies(containerEnvironment(user, { home, extra }).env)).toMatchObject({ NO_PROXY: 'localhost:8' })
})

test('Windows: names are case-insensitive, the profile is private, the browser is the interpreter', () => {
  const env = {
    Path: 'C:\\bin',
    SystemRoot: 'C:\\Windows',
    windir: 'C:\\Windows',
    Temp: 'C:\\t',
    USERPROFILE: 'C:\\me',
    kometa_run: '1',
    http_proxy: 'http://p:1',
  }
  const result = kometaEnvironment(env, {
    home: 'C:\\w',
    python: 'C:\\Program Files\\py\\python.exe',
    platform: 'win32',
  })
  expect(result).toMatchObject({
    PATH: 'C:\\bin',
    SYSTEMROOT: 'C:\\Windows',
    WINDIR: 'C:\\Windows',
    TEMP: 'C:\\t',
    USERPROFILE: 'C:\\w',
  })
  expect(result.BROWSER).toBe('"C:/Program Files/py/python.exe" -c pass %s')
  expect(Object.keys(result).filter((name) => /^(kometa|http_proxy)/i.test(name))).toEqual([])
})
