// Documents of the played county: a folder of deeds, and a handover in each state; one that moves while it is looked at.
import { createHash, randomUUID } from 'node:crypto'
import * as data from './data.mjs'

const now = Date.now()
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MB = 1_048_576
const BYTES_A_SECOND = 12 * MB

const office = { id: 'o-land', name: '青溪县自然资源和规划局', short_name: '自然资源局', short_code: 'ZR', credit_code: '11330199002500050E', parent_id: 'o-gov', kind: 'department', region: '330199', disabled: false }
data.organisations.push(office)
const [model] = data.users
for (const [id, username, display_name, role] of [['u9', 'land.head', '冯志强', 'department_head'], ['u10', 'land.operator', '陈晓燕', 'department_operator']]) {
  data.users.push({ ...model, id, username, display_name, role, organisation_id: office.id, organisation: { id: office.id, name: office.name, credit_code: office.credit_code } })
}
const text = (item, zh, en, type, more = {}) => ({ ...data.resources[0].items[1], item, zh, en, element: `document.${item}`, kind: { type }, grade: 1, sensitive: false, required: false, is_key: false, ...more })
const items = [text('name', '电子文件名称', 'Name of document', 'text', { is_key: true, required: true }), text('bytes', '电子文件大小', 'Size', 'integer'), text('modified', '电子文件修改时间', 'Last change', 'date_time')]
const resource = { ...data.resources[0], id: 'r-deeds', code: 'ZR-BDCDA-001', name: '不动产登记档案', abstract: '不动产登记原始凭证、权属证明的扫描件。', organisation_id: office.id, organisation_name: office.name, share_method: 'file', items, mount: null, classification: 'department' }
data.resources.push(resource)
data.agents.push({ ...data.agents[0], id: 'a4', name: '自然资源局前置机', organisation_id: office.id, organisation_name: office.name, connected: true, sources: [{ name: 'dangan', kind: 'documents', up: true, since_ms: now - 3 * DAY, reason: '' }], targets: [{ name: 'shoujian', kind: 'documents' }] })
const civil = data.agents.find((one) => one.id === 'a2')
civil.targets = [...(civil.targets ?? []), { name: 'shouwen', kind: 'documents' }]
const [pattern] = data.grants
const granted = (id, of, consumer_id, more = {}) => ({
  ...pattern, id, resource_id: of.id, resource_code: of.code, resource_name: of.name, provider_id: of.organisation_id, provider_name: of.organisation_name, consumer_id, consumer_name: data.organisation(consumer_id).name,
  items: of.items.map((one) => ({ item: one.item, zh: one.zh, en: one.en, masked: false, verify_only: false })), shapes: ['file'], pin_state: 'accepted', used_today: 2, ...more,
})
const photos = { ...resource, id: 'r-photos', code: 'GA-HJDA-001', name: '户籍档案扫描件', organisation_id: 'o-police', organisation_name: data.organisation('o-police').name }
const notices = { ...resource, id: 'r-notices', code: 'MZ-JZDA-001', name: '救助档案', organisation_id: 'o-civil', organisation_name: data.organisation('o-civil').name }
data.resources.push(photos, notices)
data.grants.push(granted('g-file', resource, 'o-civil'), granted('g-away', photos, 'o-civil'), granted('g-give', notices, office.id))

const folder = [
  ...['不动产权证书', '房屋平面图', '登记申请书'].flatMap((kind, k) => Array.from({ length: 70 }, (_, i) => [`2026/青溪不动产第${String(1040 + i).padStart(7, '0')}号/${kind}.${k === 1 ? 'tif' : 'pdf'}`, Math.round((0.4 + ((i * 7 + k * 13) % 40)) * MB), now - (i + 1) * DAY])),
  ['历史图册/城关镇宗地图全册.zip', 640 * MB, now - 200 * DAY],
].sort(([a], [b]) => (a < b ? -1 : 1))

const stamp = (ms) => new Date(ms + 8 * HOUR).toISOString().slice(0, 19)
const digest = (name) => createHash('sha256').update(name).digest('hex')
const INBOX = { agent_id: 'a2', target: 'shouwen' }
const base = (grant, document, more) => {
  const of = data.grants.find((one) => one.id === grant)
  return {
    id: randomUUID(), state: 'waiting', notice: null, grant_id: of.id, resource_id: of.resource_id, resource_code: of.resource_code, resource_name: of.resource_name, provider_id: of.provider_id, provider_name: of.provider_name,
    consumer_id: of.consumer_id, consumer_name: of.consumer_name, document, to: INBOX, purpose: of.purposes[0], case_no: 'MZ20261126001', note: '', offered: false, created_by: 'user:civil.operator', created_ms: now - HOUR, expires_ms: of.valid_until_ms,
    bytes: null, moved: 0, bytes_per_second: null, digest: null, provider_clean: null, receiver_clean: null, path: null, received_ms: null, removed: null, first_index: null, receipt_index: null, failures: 0, ...more,
  }
}
const known = (document, size) => ({ bytes: size, digest: digest(document), provider_clean: true, first_index: 212 })
const whole = (document, size, code = 'ZR-BDCDA-001') => ({ ...known(document, size), state: 'received', moved: size, receiver_clean: false, path: `${code}/${document}`, received_ms: now - 50 * MINUTE, receipt_index: 213 })
const plain = (i) => folder[i][0]
const infected = { code: 'document.infected', zh: '病毒扫描在文件夹“dangan”的这份文件中发现病毒，文件没有交接；请该部门清除病毒后重新提供。', en: 'The virus scan found this document of folder "dangan" infected and it was not handed over; the department must clean it and offer it anew.' }
const away = { code: 'run.link_lost', zh: '与“shouwen”一侧前置机的传输连接断开，本次运行已中止；已写入的部分不受影响，平台会自动接着运行。', en: 'The link to the agent at the side of "shouwen" broke off; what was written stays, and it goes on by itself.' }

const all = [
  base('g-file', plain(1), { id: 'h-received', ...whole(plain(1), 3 * MB), note: '申请人房产核查用。' }),
  base('g-file', '历史图册/城关镇宗地图全册.zip', { id: 'h-moving', state: 'moving', began: now, endless: true, ...known('历史图册/城关镇宗地图全册.zip', 640 * MB), created_ms: now - MINUTE }),
  base('g-file', plain(4), { id: 'h-preparing', state: 'moving', created_ms: now - 2 * MINUTE }),
  base('g-file', plain(9), { id: 'h-failed', state: 'failed', notice: infected, failures: 1, created_ms: now - 3 * HOUR, case_no: 'MZ20261125017' }),
  base('g-file', plain(12), { id: 'h-waiting', state: 'waiting', notice: away, failures: 2, ...known(plain(12), 38 * MB), moved: 21 * MB, created_ms: now - 4 * HOUR }),
  base('g-file', plain(20), { id: 'h-offered', state: 'offered', offered: true, to: null, note: '贵局来函要的权属证明，请查收。', case_no: '青民函〔2026〕41号', created_ms: now - 5 * HOUR }),
  base('g-file', plain(23), { id: 'h-offered2', state: 'offered', offered: true, to: null, case_no: '青民函〔2026〕42号', created_ms: now - 6 * HOUR }),
  base('g-give', '2026/救助对象证明/0031.pdf', { id: 'h-given', state: 'offered', offered: true, to: null, created_ms: now - 7 * HOUR, case_no: 'ZR-2026-0031' }),
  base('g-file', plain(30), { id: 'h-declined', state: 'declined', offered: true, to: null, created_ms: now - 2 * DAY }),
  base('g-file', plain(31), { id: 'h-cancelled', state: 'cancelled', created_ms: now - 3 * DAY }),
  base('g-file', plain(32), { id: 'h-lapsed', state: 'lapsed', created_ms: now - 40 * DAY, expires_ms: now - 10 * DAY }),
  base('g-file', plain(33), { id: 'h-removed', ...whole(plain(33), 5 * MB), state: 'removed', removed: 'changed', receiver_clean: true, created_ms: now - 50 * DAY, received_ms: now - 50 * DAY, expires_ms: now - 9 * DAY }),
  ...Array.from({ length: 18 }, (_, i) => base('g-file', plain(40 + i), { ...whole(plain(40 + i), (2 + i) * MB), created_ms: now - (5 + i) * DAY, received_ms: now - (5 + i) * DAY + MINUTE, case_no: `MZ202611${String(20 - i).padStart(2, '0')}003` })),
]

/** A handover that moves: a little further each time it is looked at, and received at the end. */
function live(one) {
  if (one.state === 'waiting' && !one.notice) Object.assign(one, { state: 'moving', began: Date.now() + 1_500, size: folder.find(([name]) => name === one.document)?.[1] ?? MB })
  if (one.state !== 'moving' || !one.began || Date.now() < one.began) return one
  const size = one.bytes ?? one.size
  Object.assign(one, known(one.document, size))
  // One is always on its way, for whoever looks at that page.
  if (one.endless && Date.now() - one.began > 45_000) one.began = Date.now() - 10_000
  const moved = Math.min(size, Math.round(((Date.now() - one.began) / 1000) * BYTES_A_SECOND))
  if (moved < size) return Object.assign(one, { moved, bytes_per_second: BYTES_A_SECOND })
  return Object.assign(one, { ...whole(one.document, size, one.resource_code), received_ms: Date.now(), bytes_per_second: null })
}
const staff = (user) => user.role.startsWith('department')
const sees = (user) => all.filter((one) => !staff(user) || [one.consumer_id, one.provider_id].includes(user.organisation.id))
function view(one, user) {
  const { began: _began, size: _size, endless: _endless, ...seen } = live(one)
  const own = user.organisation.id === one.consumer_id
  return { ...seen, to: own ? one.to : null, path: own ? one.path : null, may_change: staff(user) && (own || (one.offered && user.organisation.id === one.provider_id)) }
}

/** Routes of documents and their handovers. */
export const documents = ({ page, one, Refusal }) => {
  const found = (params, user) => one(sees(user), params[0])
  const step = (fits, change) => ({ params, user, body }) => {
    const row = found(params, user)
    if (!fits.includes(row.state)) throw new Refusal(409, 'handover.state', '这次交接的状态已经变化，不能这样操作；请刷新后再看。', 'The handover stands differently by now.')
    return view(Object.assign(row, change(body)), user)
  }
  return [
    ['GET', 'documents', ({ query }) => {
      if (query.get('grant_id') === 'g-away') throw new Refusal(503, 'link.offline', '公安局前置机没有连上枢纽，现在读不到它的文件。', 'The agent of the police is not connected to the hub.')
      const q = query.get('q') ?? ''
      if (q === '坏盘') throw new Refusal(502, 'source.down', '数据源“dangan”的文件夹读不到。请自然资源局信息科检查磁盘。', 'Folder dangan cannot be read. Have its office check the disk.')
      const rows = query.get('grant_id') === 'g-give' && !q ? [] : folder.filter(([name]) => name.includes(q))
      return { items: items.map(({ item, zh, en, kind }) => ({ item, zh, en, kind })), name_item: 'name', rows: rows.slice(0, 200).map(([name, size, at]) => [name, String(size), stamp(at)]), more: rows.length > 200 }
    }],
    ['GET', 'handovers', ({ query, user }) => {
      const states = (query.get('state') ?? '').split(',').filter(Boolean)
      const party = { in: 'consumer_id', out: 'provider_id' }[query.get('side')]
      const rows = sees(user).map((each) => view(each, user)).filter((each) => (!states.length || states.includes(each.state)) && (!party || each[party] === user.organisation.id))
      const rest = new URLSearchParams([...query].filter(([name]) => !['state', 'side'].includes(name)))
      if (!rest.get('sort')) rows.sort((a, b) => b.created_ms - a.created_ms)
      return page(rows, rest, ['document', 'case_no'])
    }],
    ['POST', 'handovers', ({ body, user }) => {
      const grant = one(data.grants, body.grant_id)
      const offered = user.organisation.id === grant.provider_id
      if (body.case_no === '拒绝') throw new Refusal(403, 'plan.subject_invalid', '这份文件不在授权的范围内，请另选一份。', 'This document is not within the grant; choose another.')
      const made = base(grant.id, body.document, { to: body.to, purpose: body.purpose, case_no: body.case_no, note: body.note, offered, state: offered ? 'offered' : 'waiting', created_ms: Date.now(), expires_ms: body.expires_ms ?? grant.valid_until_ms })
      all.push(made)
      return view(made, user)
    }],
    ['GET', 'handovers/([^/]+)', ({ params, user }) => view(found(params, user), user)],
    ['POST', 'handovers/([^/]+)/accept', step(['offered'], (to) => ({ state: 'waiting', to }))],
    ['POST', 'handovers/([^/]+)/decline', step(['offered'], () => ({ state: 'declined' }))],
    ['POST', 'handovers/([^/]+)/cancel', step(['offered', 'waiting', 'moving'], () => ({ state: 'cancelled' }))],
    ['POST', 'handovers/([^/]+)/retry', step(['failed'], () => ({ state: 'waiting', notice: null, failures: 0 }))],
  ]
}
