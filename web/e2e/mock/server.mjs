// The HTTP contract played by a few arrays, for working on the pages. It is no part of the product: tests of the product
// run against the real server.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as data from './data.mjs'
import { account, view } from './account.mjs'
import { catalogue } from './catalogue.mjs'
import { desk } from './desk.mjs'
import { documents } from './documents.mjs'
import { MockLedger } from './ledger.mjs'
import { map } from './map.mjs'
import { projects } from './projects.mjs'
import { sharing } from './sharing.mjs'
import { answering, copies } from './copies.mjs'
import { subscriptions } from './subscriptions.mjs'

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.svg': 'image/svg+xml' }
const CSP = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; script-src 'self'"

const ledger = new MockLedger('mock.guantong/log')
const code = (id) => data.organisation(id)?.credit_code
for (const grant of data.grants) ledger.append({ kind: 'sharing.grant.created', consumer: code(grant.consumer_id), provider: code(grant.provider_id), resource: grant.resource_code, grant: grant.id, grant_version: 1 }, { caller: 'user:police.head', reason: '按共享申请' })
for (let i = 0; i < 300; i++) ledger.append({ kind: 'exchange.query', call: randomUUID(), consumer: code('o-civil'), provider: code('o-police'), resource: 'GA-HKRK-001', grant: 'g1', matter: 'MZ-SHJZ-001', basis: '社会救助暂行办法 第十一条', items: ['name', 'sex'], rows: 1, agent: 'a1', agent_index: i, agent_digest: createHash('sha256').update(String(i)).digest('hex') }, { caller: 'user:civil.operator', case_no: `2026-${i}`, subject_item: 'resident_id', subject_value: '33010619900101123X' })

class Refusal extends Error {
  constructor(status, code, zh, en, more = {}) {
    super(zh)
    this.status = status
    this.body = { error: { code, zh, en, fields: [], trace: randomUUID(), ...more } }
  }
}
const missing = () => new Refusal(404, 'thing.not_found', '找不到这条记录，或您无权查看。请从列表重新打开。', 'No such thing, or you may not see it. Open it from the list again.')
const one = (list, id) => list.find((row) => row.id === id) ?? (() => { throw missing() })()

function page(rows, query, fields = ['name']) {
  const q = query.get('q')?.toLowerCase()
  let all = q ? rows.filter((row) => fields.some((field) => String(row[field] ?? '').toLowerCase().includes(q))) : [...rows]
  const sort = query.get('sort')
  if (sort) {
    const field = sort.replace(/^-/, '')
    all.sort((a, b) => String(a[field]).localeCompare(String(b[field]), 'zh') * (sort.startsWith('-') ? -1 : 1))
  }
  for (const [name, value] of query) if (!['q', 'sort', 'page', 'page_size'].includes(name)) all = all.filter((row) => String(row[name] ?? '').startsWith(value))
  const size = Number(query.get('page_size') ?? 20)
  const at = Number(query.get('page') ?? 1)
  return { items: all.slice((at - 1) * size, at * size), total: all.length, page: at, page_size: size }
}

const sessions = new Map()
const lines = () => ledger.leaves.map((bytes, index) => {
  const leaf = JSON.parse(bytes)
  const name = (one) => data.organisations.find((o) => o.credit_code === one)?.name ?? null
  return { index, ...leaf, time_ms: ledger.openings[index].said.time_ms, caller: ledger.openings[index].said.caller, consumer_name: name(leaf.consumer), provider_name: name(leaf.provider) }
}).reverse()

const STATIONS = [['identify', 'hub', 61], ['authorise', 'hub', 143], ['fetch', 'agent', 1890], ['standardise', 'agent', 77], ['minimise', 'agent', 24], ['record', 'hub', 1502], ['deliver', 'hub', 39]]
function ask(body, verify) {
  const refuse = (station, status, code, zh, en, more) => {
    ledger.append({ kind: 'exchange.refused', consumer: code_of_civil, resource: body.resource, code }, { caller: 'user' })
    throw new Refusal(status, code, zh, en, { station, ...more })
  }
  const code_of_civil = code('o-civil')
  const [key, value] = Object.entries(body.subject)[0]
  const grant = data.grants.find((g) => g.id === body.grant)
  if (body.resource === 'SJ-QYXX-001') refuse('fetch', 503, 'source.down', '青溪县市场监督管理局的数据源“gongshang”连不上，没有提供任何数据。请稍后再试，或联系该局信息科。', 'The source gongshang of the market supervision office is down; nothing was delivered. Try later or call its IT office.', { source: 'gongshang', provider: '青溪县市场监督管理局', since_ms: Date.now() - 600_000 })
  if (!grant || grant.state !== 'active') refuse('authorise', 403, 'authorise.no_grant', '没有可用的授权。请联系提供部门负责人。', 'No usable grant. Ask the head of the provider.')
  const found = data.people.find((p) => p[key] === value)
  const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex')
  const call = randomUUID()
  const index = ledger.append({ kind: verify ? 'exchange.verify' : 'exchange.query', call, consumer: code_of_civil, provider: code('o-police'), resource: body.resource, grant: grant.id, grant_version: 1, matter: body.purpose.matter, basis: body.purpose.basis, items: body.items ?? Object.keys(body.claims), rows: found ? 1 : 0, agent: 'a1', agent_index: 7, agent_digest: digest }, { caller: 'user:civil.operator', case_no: body.case_no, subject_item: key, subject_value: value })
  const view = (name) => (name === key ? { value, state: 'valid', flags: [] } : { value: found[name]?.[0] ?? null, state: found[name]?.[1] ?? 'missing', flags: found[name]?.[2] ?? [], ...(found[name]?.[3] ? { raw: found[name][3] } : {}) })
  return {
    call, resource: { code: body.resource, name: grant.resource_name }, provider: { name: grant.provider_name, credit_code: code(grant.provider_id) },
    ...(verify
      ? { verdicts: Object.fromEntries(Object.entries(body.claims).map(([name, claim]) => [name, !found ? 'unknown' : view(name).value === claim ? 'yes' : 'no'])) }
      : { rows: found ? [{ items: Object.fromEntries(body.items.map((name) => [name, view(name)])) }] : [] }),
    answered_from: verify ? undefined : body.source === 'copy' ? 'copy' : 'live', as_of_ms: Date.now() - 86_400_000, as_of_from_source: body.source !== 'copy', evidence: { index, checkpoint_size: ledger.leaves.length, digest }, stations: STATIONS.map(([station, where, us]) => ({ station, where, us })),
  }
}

const act = (list, change) => ({ body, params }) => Object.assign(one(list, params[0]), typeof change === 'function' ? change(body) : change, { reason: body?.reason ?? null })
const created = (list, make) => ({ body, user }) => {
  const row = { ...make(body, user), id: randomUUID() }
  list.push(row)
  return row
}
const routes = [
  ...desk(page),
  ...sharing(page),
  ...projects(page),
  ...map(page),
  ...subscriptions({ page, one, Refusal }),
  ...documents({ page, one, Refusal }),
  ...copies({ page, Refusal }),
  ['GET', 'session', ({ user }) => view(user)],
  ...account({ page, view }),
  ['DELETE', 'session', ({ token }) => (sessions.delete(token), null)],
  ['POST', 'session/password', ({ body, user }) => {
    if (body.current !== data.PASSWORD) throw new Refusal(422, 'identity.password.current', '现在的密码不对，请重新输入。', 'The present password is wrong.')
    return { user }
  }],
  ['GET', 'overview', ({ user }) => ({ calls_today: 300, refusals_today: 2, grants_active: 3, grants_expiring: 1, pins_waiting: 2, agents: 3, agents_connected: 2, sources_down: user.role.startsWith('department') ? [] : [{ agent_name: '卫健局前置机', ...data.agents[2].sources[0] }], evidence_size: ledger.leaves.length })],
  ['GET', 'users', ({ query }) => page(data.users, query, ['username', 'display_name'])],
  ['POST', 'users', created(data.users, (body) => ({ ...body, organisation: data.organisation(body.organisation_id), disabled: false, password: undefined }))],
  ['PATCH', 'users/(.+)', act(data.users, (body) => body)],
  ['GET', 'organisations', ({ query }) => page(data.organisations, query, ['name', 'credit_code'])],
  ['POST', 'organisations', created(data.organisations, (body) => body)],
  ['GET', 'systems', ({ query }) => page(data.systems, query)],
  ['POST', 'systems', created(data.systems, (body, user) => ({ ...body, organisation_id: user.organisation.id, organisation_name: user.organisation.name }))],
  ['PATCH', 'systems/(.+)', act(data.systems, (body) => body)],
  ['GET', 'elements', ({ query }) => page(data.elements, query, ['zh', 'en', 'code'])],
  ['GET', 'code-sets', ({ query }) => page(data.codeSets, query)],
  ['GET', 'code-sets/(.+)', ({ params }) => one(data.codeSets, params[0])],
  ['GET', 'resources', ({ query }) => page(data.resources, query, ['name', 'code', 'abstract'])],
  ['POST', 'resources', created(data.resources, (body, user) => ({ ...data.resources[0], ...body, code: body.code ?? 'GA-001', organisation_id: user.organisation.id, organisation_name: user.organisation.name, state: 'draft', mount_state: 'unmounted', mount: null, items: body.items.map((item) => ({ ...item, kind: data.elements.find((e) => e.code === item.element)?.kind ?? { type: 'text' } })) }))],
  ['GET', 'resources/([^/]+)', ({ params }) => one(data.resources, params[0])],
  ['PUT', 'resources/([^/]+)', act(data.resources, (body) => ({ ...body, items: body.items.map((item) => ({ ...item, kind: data.elements.find((e) => e.code === item.element)?.kind })) }))],
  ['PUT', 'resources/([^/]+)/mount', act(data.resources, (body) => ({ mount_change: { mount: { ...body, agent_name: one(data.agents, body.agent_id).name }, state: 'pending', flow: { due_ms: Date.now() + 86_400_000 } }, mount_state: 'pending' }))],
  ...catalogue({ page, one, act, created }),
  ['GET', 'agents', ({ query, user }) => page(data.agents.filter((a) => !user.role.startsWith('department') || a.organisation_id === user.organisation.id), query)],
  ['POST', 'agents', ({ body }) => {
    const agent = { ...data.agents[0], id: randomUUID(), name: body.name, organisation_id: body.organisation_id, organisation_name: data.organisation(body.organisation_id)?.name, connected: false, joined_ms: null, sources: [] }
    data.agents.push(agent)
    return { agent, join_code: 'GT1-7F3K-9QWX-22MN-8LPD', expires_ms: Date.now() + 86_400_000 }
  }],
  ['GET', 'agents/([^/]+)', ({ params }) => ({ ...one(data.agents, params[0]), pins: data.grants.filter((g) => g.provider_id === one(data.agents, params[0]).organisation_id).map((g) => ({ grant_id: g.id, state: g.pin_state, reason: '', resource_name: g.resource_name, consumer_name: g.consumer_name })) })],
  ['POST', 'agents/([^/]+)/join-code', ({ params }) => ({ agent: one(data.agents, params[0]), join_code: 'GT1-AAAA-BBBB-CCCC-DDDD', expires_ms: Date.now() + 86_400_000 })],
  ['POST', 'agents/([^/]+)/disable', act(data.agents, { disabled: true, connected: false })],
  ['POST', 'agents/([^/]+)/enable', act(data.agents, { disabled: false })],
  ['GET', 'agents/([^/]+)/sources/([^/]+)/tables', () => data.tables],
  ['POST', 'agents/([^/]+)/sources/([^/]+)/tables/([^/]+)/profile', () => data.profile],
  ['GET', 'clients/choices', ({ query, user }) => page(data.clients.filter((c) => c.organisation_id === user.organisation.id).map((c) => ({ client_id: c.client_id, name: c.name, system_id: c.system_id, system_name: data.systems.find((s) => s.id === c.system_id)?.name ?? null, disabled: c.disabled })), query)],
  ['GET', 'clients', ({ query, user }) => page(data.clients.filter((c) => c.organisation_id === user.organisation.id), query)],
  ['POST', 'clients', ({ body, user }) => {
    const client = { id: randomUUID(), client_id: `mz-${data.clients.length + 1}`, ...body, organisation_id: user.organisation.id, disabled: false }
    data.clients.push(client)
    return { client, secret: 'gts_9f8e7d6c5b4a39281706f5e4d3c2b1a0' }
  }],
  ['PATCH', 'clients/([^/]+)', act(data.clients, (body) => body)],
  ['POST', 'clients/([^/]+)/secret', ({ params }) => ({ client: one(data.clients, params[0]), secret: 'gts_00112233445566778899aabbccddeeff' })],
  ['GET', 'grants', ({ query, user }) => page(data.grants.filter((g) => !user.role.startsWith('department') || [g.consumer_id, g.provider_id].includes(user.organisation.id)), query, ['resource_name', 'consumer_name', 'provider_name'])],
  ['POST', 'grants', created(data.grants, (body) => {
    const of = one(data.resources, body.resource_id)
    return { ...data.grants[0], ...body, items: body.items.map((i) => ({ ...i, zh: of.items.find((x) => x.item === i.item)?.zh })), consumer_name: data.organisation(body.consumer_id).name, provider_id: of.organisation_id, provider_name: of.organisation_name, resource_code: of.code, resource_name: of.name, pin_state: 'pending', used_today: 0, created_ms: Date.now() }
  })],
  ['GET', 'grants/([^/]+)', ({ params }) => one(data.grants, params[0])],
  ['POST', 'grants/([^/]+)/suspend', act(data.grants, { state: 'suspended' })],
  ['POST', 'grants/([^/]+)/resume', act(data.grants, { state: 'active' })],
  ['POST', 'grants/([^/]+)/revoke', act(data.grants, { state: 'revoked' })],
  ['GET', 'calls/grants', ({ user }) => {
    const items = data.grants.filter((g) => g.consumer_id === user.organisation.id && g.state === 'active').map((g) => {
      const of = one(data.resources, g.resource_id)
      const labels = of.items.map(({ item, zh, en, kind }) => ({ item, zh, en, kind }))
      return { ...g, copy: answering(g.id), labels, keys: labels.filter((l) => of.items.find((i) => i.item === l.item).is_key) }
    })
    return { items, total: items.length }
  }],
  ['POST', 'query', ({ body }) => ask(body, false)],
  ['POST', 'verify', ({ body }) => ask(body, true)],
  ['GET', 'evidence', ({ query }) => page(lines(), query, ['resource', 'matter', 'call', 'caller'])],
  ['GET', 'evidence/(\\d+)', ({ params }) => {
    const index = Number(params[0])
    if (!ledger.leaves[index]) throw missing()
    const line = lines().find((l) => l.index === index)
    return { index, leaf: ledger.leaves[index].toString('base64'), entry: JSON.parse(ledger.leaves[index]), consumer_name: line.consumer_name, provider_name: line.provider_name, opening: ledger.openings[index], proof: ledger.proof(index).map((h) => h.toString('base64')), size: ledger.leaves.length, checkpoint: ledger.checkpoint(), verifier_key: ledger.key }
  }],
]
const open = [
  ['GET', 'session/oidc', () => ({ items: [{ provider: 'province', zh: '省统一身份认证', en: 'Provincial identity' }] })],
  ['GET', 'ledger/checkpoint', () => ledger.checkpoint()],
  ['GET', 'ledger/key', () => ledger.key],
  ['GET', 'ledger/tile/(.+)', ({ params }) => ledger.tile(params[0]) ?? (() => { throw missing() })()],
  ['GET', 'trust', () => ({ ca_pem: '', link_address: 'hub.example:7443', link_server_name: 'hub' })],
]

function answer(request, path, query, body) {
  const token = /guantong_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
  if (path === 'session' && request.method === 'POST') {
    const user = data.users.find((u) => u.username === body.username)
    if (!user || body.password !== data.PASSWORD) throw new Refusal(401, 'identity.credentials', '用户名或密码不对，请重新输入。', 'User name or password is wrong; try again.')
    const fresh = randomUUID()
    sessions.set(fresh, user)
    return { cookie: `guantong_session=${fresh}; HttpOnly; SameSite=Strict; Path=/`, body: view(user) }
  }
  const find = (table) => {
    for (const [method, pattern, handle] of table) {
      const found = method === request.method && new RegExp(`^${pattern}$`).exec(path)
      if (found) return () => handle({ params: found.slice(1).map(decodeURIComponent), query, body, user: sessions.get(token), token })
    }
  }
  const free = find(open)
  if (free) return { body: free() }
  if (!sessions.has(token)) throw new Refusal(401, 'identify.not_logged_in', '您还没有登录，或登录已过期，请重新登录。', 'You are not logged in.')
  if (request.method !== 'GET' && request.headers['x-guantong-console'] !== '1') throw new Refusal(403, 'console.header', '缺少请求头。', 'The header is missing.')
  const handle = find(routes)
  if (!handle) throw missing()
  return { body: handle() }
}

export function startMock(port = 0) {
  const server = createServer(async (request, response) => {
    const address = new URL(request.url, 'http://mock')
    if (!address.pathname.startsWith('/api/')) {
      const wanted = join(dist, normalize(address.pathname))
      const file = wanted.startsWith(dist) && extname(wanted) && existsSync(wanted) ? wanted : join(dist, 'index.html')
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': CSP })
      return response.end(readFileSync(file))
    }
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    try {
      const form = request.headers['content-type']?.startsWith('multipart/')
      const body = form ? Buffer.concat(chunks).toString() : chunks.length ? JSON.parse(Buffer.concat(chunks)) : undefined
      const done = answer(request, address.pathname.replace('/api/v1/', ''), address.searchParams, body)
      if (done.cookie) response.setHeader('set-cookie', done.cookie)
      if (done.body === null) return response.writeHead(204).end()
      const raw = typeof done.body === 'string' || Buffer.isBuffer(done.body)
      response.writeHead(200, { 'content-type': raw ? 'text/plain; charset=utf-8' : 'application/json' })
      response.end(raw ? done.body : JSON.stringify(done.body))
    } catch (cause) {
      if (!(cause instanceof Refusal)) console.error(cause)
      response.writeHead(cause.status ?? 500, { 'content-type': 'application/json' })
      response.end(JSON.stringify(cause.body ?? { error: { code: 'mock', zh: String(cause), en: String(cause), fields: [], trace: '' } }))
    }
  })
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve({ server, url: `http://127.0.0.1:${server.address().port}` })))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startMock(Number(process.env.PORT ?? 7080))
  console.log(`${url}  users: ${data.users.map((u) => u.username).join(', ')}  password: ${data.PASSWORD}`)
}
