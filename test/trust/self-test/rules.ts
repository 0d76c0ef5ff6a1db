/** Parts of the suite outside the trust configuration. */
const gateTests = 'test/gate/gate-attacks.test.ts'
const ledgerTests = 'test/ledger/ledger.test.ts'

/** A rule that the suite claims to check, how to remove it, and which part of the suite must then fail. */
export interface Rule {
  name: string
  /** Each text occurs exactly once in its file. If two lines enforce a rule, both are removed. */
  patches: readonly { file: string; find: string; put: string }[]
  /** Files of the suite and names of tests in them; '' means all tests. */
  tests: string
  only?: string
}

const rule = (name: string, file: string, find: string, put: string, tests: string, only = ''): Rule => ({
  name,
  patches: [{ file, find, put }],
  tests,
  ...(only === '' ? {} : { only }),
})

const policy = 'src/policy/verdict.ts'
const classify = 'src/policy/classify-read.ts'
const match = 'src/policy/known-reads/match-template.ts'
const target = 'src/policy/resource.ts'
const forward = 'src/proxy/answer/forward.ts'
const headers = 'src/plex/upstream/upstream-headers.ts'
const meta = 'src/policy/section-meta.ts'
const handle = 'src/proxy/handle-request.ts'
const log = 'src/kometa/log/scrubbed-log.ts'
const temporary = 'src/proxy/capture/temporary-file.ts'
const captureFiles = 'src/proxy/capture/capture-files.ts'
const raw = 'test/trust/raw-cases.test.ts'
const matrix = 'test/trust/write-matrix.test.ts'
const dead = 'test/trust/dead-peers.test.ts'
const toxics = 'test/trust/toxics.test.ts'
const disk = 'test/trust/disk.test.ts'
const secrets = 'test/trust/secrets.test.ts'

export const rules: readonly Rule[] = [
  rule('token: is compared', 'src/policy/token-check.ts', 'return differences === 0', 'return true', raw, 'headers'),
  rule(
    'token: its length is compared too',
    'src/policy/token-check.ts',
    'let differences = token.length ^ clientToken.length',
    'let differences = 0',
    raw,
    'headers',
  ),
  rule('token: a client without one is refused', policy, 'return verdictWords.noToken', 'return null', raw, 'headers'),
  rule(
    'token: those in the query are checked too',
    policy,
    'inQuery.every((token) => context.acceptsToken(token)) ? null',
    'inQuery.length > -1 ? null',
    raw,
    'targets',
  ),
  rule(
    'token: is removed from the query, however its name is spelled',
    target,
    'if ((decodeValue(name) ?? name).toLowerCase() !== tokenName) return null',
    'if (name !== tokenName) return null',
    raw,
    'targets',
  ),
  rule(
    'methods: OPTIONS is not a read',
    policy,
    "new Set(['GET', 'HEAD'])",
    "new Set(['GET', 'HEAD', 'OPTIONS'])",
    raw,
    'headers',
  ),
  rule(
    'methods: a write is not a read',
    policy,
    "new Set(['GET', 'HEAD'])",
    "new Set(['GET', 'HEAD', 'PUT'])",
    raw,
    'headers',
  ),
  rule(
    'GET body',
    policy,
    'if (isRead && request.hasBody)',
    'if (isRead && request.hasBody && request.method === "")',
    raw,
    'framing',
  ),
  rule('what follows a refused body', handle, 'ended.add(exchange.req.socket)', '', raw, 'framing'),
  rule('upgrades', policy, 'if (request.hasUpgrade)', 'if (request.hasUpgrade && isRead === false)', raw, 'headers'),
  rule(
    'HTTP version',
    policy,
    "if (request.httpVersion !== '1.1')",
    "if (request.httpVersion === '0.9')",
    raw,
    'headers',
  ),
  rule('host', policy, 'if (!request.hasHost)', 'if (!request.hasHost && !isRead)', raw, 'headers'),
  rule(
    'number of headers',
    policy,
    'if (request.tooManyHeaders)',
    'if (request.tooManyHeaders && !isRead)',
    raw,
    'headers',
  ),
  rule(
    'path: case',
    match,
    'node.literals.get(segment)\n  const found',
    'node.literals.get(segment.toLowerCase())\n  const found',
    matrix,
  ),
  rule('path: ids are digits', match, "'{ids}': /^\\d{1,18}(,\\d{1,18})*$/", "'{ids}': /^[^/]+$/", raw, 'targets'),
  {
    name: 'path: origin form and plain characters (three lines hold it)',
    patches: [
      {
        file: match,
        find: 'node.literals.get(segment)\n  const found',
        put: 'node.literals.get(unescape(segment))\n  const found',
      },
      { file: target, find: "if (!raw.startsWith('/') || raw.startsWith('//'))", put: "if (raw === '')" },
      { file: target, find: 'if (!isPlainPath(resource.path)) return', put: "if (resource.path === '') return" },
    ],
    tests: raw,
  },
  rule(
    'path: a read that acts is not on the list',
    'src/policy/known-reads/read-templates.ts',
    "  { path: '/identity', answer: 'text', kept: 'job' },",
    [
      "  { path: '/identity', answer: 'text', kept: 'job' },",
      "  { path: '/library/sections/{section}/refresh', query: { force: 'flag' } },",
    ].join('\n'),
    matrix,
  ),
  rule(
    'length of a resource',
    target,
    'if (raw.length > maxResourceBytes)',
    'if (raw.length > 10 * maxResourceBytes)',
    raw,
    'targets',
  ),
  rule('parameter list', classify, "return refuse('unknownParameter', name)", 'continue', matrix),
  rule(
    'parameter values',
    classify,
    "if (!hasShape(pairValue(pair), parameter.shape)) return refuse('badValue', name)",
    '',
    raw,
    'targets',
  ),
  rule(
    'parameters occur once',
    classify,
    "if ((seen & parameter.bit) !== 0) return refuse('repeated', name)",
    '',
    raw,
    'targets',
  ),
  rule(
    'query: plain characters',
    target,
    'plainQuery.test(raw.slice(resource.path.length + 1))',
    'raw.length > 0',
    raw,
    'targets',
  ),
  rule(
    'search fields',
    classify,
    "if (field === undefined || !meta.fields.has(field)) return refuse('unknownField', name)",
    '',
    matrix,
  ),
  rule('search fields: no SQL', meta, 'for (const name of neverFields) fields.delete(name)', '', matrix),
  rule('tag lists: no names of actions', meta, 'for (const name of neverTagLists) tagLists.delete(name)', '', matrix),
  rule(
    'file?url= of Plex alone',
    classify,
    "if (row.needs.includes('url') && !isPlexFile(subject, context)) return refuse('foreignFile')",
    '',
    raw,
    'targets',
  ),
  rule('skipRefresh', 'src/policy/known-reads/read-templates.ts', "adds: ['skipRefresh=1']", 'adds: []', matrix),
  rule(
    "the account's token",
    'src/policy/known-reads/read-templates.ts',
    "  { path: '/identity', answer: 'text', kept: 'job' },",
    "  { path: '/identity', answer: 'text', kept: 'job' },\n  { path: '/myplex/account' },",
    'test/trust/account-token.test.ts',
  ),
  rule(
    'header list',
    headers,
    '  accept: /',
    "  cookie: /./,\n  'x-http-method-override': /./,\n  'user-agent': /./,\n  accept: /",
    raw,
    'headers',
  ),
  rule(
    'header values',
    headers,
    "if (typeof value === 'string' && allowed[name]?.test(value))",
    "if (typeof value === 'string')",
    raw,
  ),
  rule('redirects', forward, 'if (status >= 300 && status < 400 && status !== 304)', 'if (status === 399)', dead),
  rule('web pages', forward, 'if (status < 300 && /^text\\/html/i', 'if (status < 100 && /^text\\/html/i', dead),
  rule('data that only claims to be gzip', forward, 'if (!isGzip(chunk)) {', 'if (chunk.length < 0) {', dead),
  rule('short answers are cut', 'src/proxy/answer/reply.ts', 'if (begun) cutAnswer(res)', 'if (begun) res.end()', dead),
  rule(
    'short answers are not remembered',
    'src/proxy/memo/remembering-reply.ts',
    '      client?.fail(code, reason)\n      forget(reason)',
    '      client?.fail(code, reason)\n      this.end()',
    toxics,
  ),
  rule('fsync', temporary, 'await handle.sync()', '', disk, 'order'),
  rule(
    'fsync of the folder',
    captureFiles,
    'await Promise.all([...new Set(files.map(({ folder }) => folder))].map((folder) => syncOf[folder]()))',
    '',
    disk,
    'order',
  ),
  rule(
    'an upload is acknowledged only when it is kept',
    'src/proxy/handle-write.ts',
    "exchange.answer(507, 'text/plain; charset=utf-8', reason)",
    'answerSuccess(exchange)',
    disk,
    'an error of the file system is not a success',
  ),
  rule(
    'a capture has a temporary name until it is complete',
    captureFiles,
    '{temporaryName()}`)',
    "{'7_' + temporaryName().replace('.tmp', '.jpg')}`)",
    'test/wire/capture-durability.test.ts',
  ),
  {
    name: 'a cut upload is not whole',
    patches: [
      {
        file: 'src/proxy/capture/receive.ts',
        find: "if ('problem' in step) return `",
        put: "if ('problem' in step) return null && `",
      },
      {
        file: 'src/proxy/capture/receive.ts',
        find: 'problem: problem ?? judgeEnd(',
        put: 'problem: problem && judgeEnd(',
      },
    ],
    tests: disk,
    only: 'goes away',
  },
  rule(
    'records are scrubbed',
    'src/run/records/job-recorder.ts',
    '{ [name]: redactor.text(text) }',
    '{ [name]: text }',
    secrets,
  ),
  {
    name: "Kometa's log is scrubbed",
    patches: [
      { file: log, find: 'const scrub = redactor.stream()', put: 'const scrub = new PassThrough()' },
      {
        file: log,
        find: "import { Writable } from 'node:stream'",
        put: "import { PassThrough, Writable } from 'node:stream'",
      },
    ],
    tests: secrets,
  },
  rule(
    'a secret that is split over two writes is scrubbed',
    'src/util/redaction/replace-stream.ts',
    'const lines = lineEnd === 0 ? 0 : pending.length - (text.length - lineEnd)',
    'const lines = pending.length',
    secrets,
  ),
  {
    name: 'Kometa ends with a killed tool',
    patches: [
      "process.once('disconnect', gone)",
      "for (const event of ['end', 'close', 'error']) process.stdin.once(event, gone)",
      'if (process.ppid !== toolPid) gone()',
    ].map((find) => ({ file: 'src/kometa/process/watch-tool.ts', find, put: '' })),
    tests: 'test/trust/kill.test.ts',
  },
  rule(
    'gate: the credential of the job',
    'src/gate/request-line.ts',
    'return bytes.length === expected.length && timingSafeEqual(bytes, expected)',
    'return bytes.length > -1',
    gateTests,
  ),
  rule(
    'gate: Plex by its name',
    'src/gate/judge-host.ts',
    "if (rules.plexNames.has(name)) return block('this is the Plex server: Kometa reaches it through the proxy alone')",
    '',
    gateTests,
  ),
  rule(
    'gate: Plex by another of its names',
    'src/gate/ways.ts',
    'if (addresses.some(({ address }) => plexNames.has(plainAddress(address)))) {',
    'if (addresses.length < 0) {',
    gateTests,
  ),
  rule(
    'gate: addresses in one spelling',
    'src/gate/judge-host.ts',
    'if (isIP(name) !== 0) return plainAddress(name)',
    'if (isIP(name) !== 0) return name',
    gateTests,
  ),
  rule(
    'gate: literal private addresses',
    'src/gate/judge-host.ts',
    "if (!isPublicAddress(name)) return block('this is a private, local or reserved address')",
    '',
    gateTests,
  ),
  rule(
    'gate: private addresses behind names',
    'src/util/net/public-address.ts',
    'if (!addresses.every(({ address }) => isPublicAddress(address))) {',
    'if (addresses.length < 0) {',
    gateTests,
  ),
  rule(
    'gate: IPv4 addresses written as IPv6',
    'src/util/net/public-address.ts',
    "if (carriesV4(groups)) return !notPublicV4.check(innerV4(groups), 'ipv4')",
    'if (carriesV4(groups)) return true',
    gateTests,
  ),
  rule(
    'gate: deny',
    'src/gate/judge-host.ts',
    "if (covers(rules.deny, name)) return block('gate.deny in preview.yml names it')",
    '',
    gateTests,
  ),
  rule(
    'gate: strict',
    'src/gate/judge-host.ts',
    "return rules.mode === 'open' ? pass(false) : blockUnknown(rules)\n}",
    'return pass(false)\n}',
    gateTests,
  ),
  rule(
    'gate: no notifications',
    'src/gate/judge-host.ts',
    "if (coversHost(notificationHosts, name)) return block('a preview sends no notifications')",
    '',
    gateTests,
  ),
  rule(
    'gate: an allowed host is never answered by us',
    'src/gate/tunnel.ts',
    'if (refusal !== null) return forbid(refusal)',
    "if (refusal !== null || options.authority) return forbid(refusal ?? '')",
    'test/gate/inside.test.ts',
  ),
  rule(
    'gate: its log entries have no query',
    'src/gate/request-line.ts',
    "(resource.split(/[?#]/, 1)[0] ?? '')",
    'resource',
    'test/gate/inside.test.ts',
  ),
  rule(
    'services: one command',
    'src/gate/service-reads.ts',
    "if (/[;\\\\#]/.test(query)) return 'the query is not plain'",
    '',
    'test/gate/service-proxy.test.ts',
  ),
  rule(
    'ledger: its chain',
    'src/proxy/ledger/ledger.ts',
    'prev: head, ...entry',
    'prev: genesis, ...entry',
    ledgerTests,
  ),
  rule(
    'ledger: writes are never dropped',
    'src/proxy/ledger/ledger.ts',
    'files.totalBytes() > maxTotalBytes && !isAboutWrite(entry)',
    'files.totalBytes() > maxTotalBytes',
    ledgerTests,
  ),
  rule(
    'ledger: a forwarded write is recorded as a write',
    'src/proxy/ledger/ledger.ts',
    "return source !== 'gate' && !reads.has(method)",
    "return source !== 'gate' && method === 'none'",
    ledgerTests,
  ),
  rule(
    'services: none may have the address of Plex',
    'src/gate/service-proxy.ts',
    'judgeService(hostname, addresses, port, options.plex)',
    '',
    'test/gate/service-proxy.test.ts',
  ),
  rule('gate: the port of Plex', 'src/gate/judge-host.ts', 'port !== defaultPlexPort && ', 'port !== 0 || ', gateTests),
  rule(
    'upload by URL: no token, and only pictures are read',
    'src/proxy/answer/read-own-url.ts',
    "read.row.answer !== 'picture' || holdsToken(read.resource)",
    'false',
    'test/wire/own-url-token.test.ts',
  ),
  rule(
    'gate: its log entries have no secret',
    'src/run/around-kometa/gate-log.ts',
    'host: clean(asSent.host), path: clean(asSent.path), reason: clean(asSent.reason)',
    '',
    'test/run/start-gate.test.ts',
  ),
  rule(
    'summary: its warnings have no secret',
    'src/run/summary/summary.ts',
    '...ofKometas])].map(clean)',
    '...ofKometas])]',
    'test/e2e/said-secrets.test.ts',
  ),
  rule(
    'certificate: an unread certificate is not equal',
    'src/run/verify/compare-fingerprints.ts',
    'if (was === undefined || is === undefined) unread += 1\n      else ',
    '',
    'test/verification/certificate.test.ts',
  ),
  {
    name: 'nothing is held on to',
    patches: [
      {
        file: handle,
        find: 'const ended = new WeakSet<Socket>()',
        put: 'const ended = new WeakSet<Socket>()\n  const leak: unknown[] = []',
      },
      {
        file: handle,
        find: 'if (ended.has(req.socket)) {',
        put: 'leak.push(exchange)\n      if (ended.has(req.socket)) {',
      },
    ],
    tests: 'test/trust/flatness.test.ts',
  },
]
