// Requests and needs of the played county: enough of the real states to work on the pages.
import { randomUUID } from 'node:crypto'
import * as data from './data.mjs'

const DAY = 86_400_000
const now = Date.now()
const name = (id) => data.organisation(id)?.name
const WORDS = {
  drafted: ['起草申请', 'Drafted'], submitted: ['送签', 'Sent for signature'], signed: ['签发申请', 'Signed'], gaps: ['一次性告知补正', 'Gaps named'], completed: ['补正送签', 'Gaps filled'], accepted: ['受理', 'Accepted'],
  decision_proposed: ['拟办', 'Decision proposed'], decided: ['签批办理意见', 'Decision signed'], extension_asked: ['申请延期', 'Extension asked'], reminded: ['临期提醒', 'Reminded'], delivered: ['交付', 'Delivered'], withdrawn: ['撤回', 'Withdrawn'],
}
const event = (what, time, organisation, role, text) => ({ id: randomUUID(), kind: `sharing.request.${what}`, zh: WORDS[what]?.[0] ?? what, en: WORDS[what]?.[1] ?? what, time_ms: time, organisation: organisation ?? null, role: role ?? null, text: text ?? null, detail: null, evidence_index: what === 'delivered' ? null : 12 })
const clock = (more = {}) => ({ stage: null, from_ms: null, days: 0, passed_days: 0, due_ms: null, late: false, escalation: 0, overdue: 0, frozen_ms: 0, ...more })
const running = (stage, days, passed, more = {}) => clock({ stage, days, passed_days: passed, from_ms: now - passed * DAY, due_ms: now + (days - passed) * DAY * 1.4, late: passed > days, ...more })
const gap = (path, code, zh, en, blocking = true) => ({ path, code, zh, en, blocking })
const content = (resource_id, more = {}) => ({
  resource_id, basis: '《社会救助暂行办法》第十一条', scenario: '受理低保申请时核对家庭成员的户籍信息，由乡镇经办人员在受理环节使用。', matters: ['MZ-SHJZ-001'],
  items: data.resources.find((r) => r.id === resource_id).items.map((i) => ({ item: i.item, zh: i.zh, masked: i.item === 'address', verify_only: i.item === 'birth_date' })),
  row_filter: { all: [] }, region: null, method: 'interface', shapes: ['query', 'verify'], valid_until_ms: now + 360 * DAY, calls_per_day: 500, calls_per_second: 5, client_ids: [], measures: '经办人员实名登录，结果不落地，办结后三年删除使用记录。', contact: '社会救助科 0571-8888', ...more,
})
const request = (id, resource_id, consumer_id, state, more = {}) => {
  const of = data.resources.find((r) => r.id === resource_id)
  return { id, state, since_ms: now - 2 * DAY, unconditional: of.share_type === 'unconditional', consumer_id, provider_id: of.organisation_id, resource_code: of.code, resource_name: of.name, content: content(resource_id), gaps: [], noticed: false, decision: null, extension: null, clock: clock(), grant_id: null, created_ms: now - 6 * DAY, signed_ms: now - 4 * DAY, decided_ms: null, delivered_ms: null, events: [event('drafted', now - 6 * DAY, name(consumer_id), 'department_operator'), event('submitted', now - 5 * DAY, name(consumer_id), 'department_operator'), event('signed', now - 4 * DAY, name(consumer_id), 'department_head')], ...more }
}
export const requests = [
  request('q1', 'r1', 'o-civil', 'checking', { clock: running('reply', 10, 8, { escalation: 1 }), content: content('r1', { basis: '领导要求', measures: '' }) }),
  request('q2', 'r1', 'o-health', 'deciding', { clock: running('reply', 10, 13, { escalation: 3 }), extension: { days: 5, reason: '需要逐户核对历史数据', agreed: null, asked_ms: now - DAY } }),
  request('q3', 'r2', 'o-police', 'provider_signing', { clock: running('reply', 10, 5), decision: { outcome: 'approve', reasons: [], reasons_zh: [], reasons_en: [], text: '婚姻状况只供核验。', scope: { ...content('r2'), condition: null }, differences: [{ path: 'items', zh: '“婚姻状况”改为只供核验', en: '“marriage”: verify only' }], by_rule: false } }),
  request('q4', 'r3', 'o-civil', 'delivered', { clock: clock(), grant_id: 'g2', decision: { outcome: 'approve', reasons: [], reasons_zh: [], reasons_en: [], text: '', scope: null, differences: [], by_rule: true } }),
  request('q5', 'r1', 'o-civil', 'incomplete', { noticed: true, gaps: [gap('measures', 'request.no_measures', '申请含敏感信息项，须写明安全保护措施（谁能看、怎么存、怎么删）。', 'State the security measures.'), gap('scenario', 'person', '请写明由哪个乡镇使用。', '请写明由哪个乡镇使用。', false)], clock: clock({ frozen_ms: 2 * DAY }) }),
  request('q6', 'r2', 'o-civil', 'signing', { resource_name: '企业登记信息', provider_id: 'o-market', content: content('r3'), signed_ms: null }),
  request('q7', 'r1', 'o-civil', 'refused', { decision: { outcome: 'refuse', reasons: ['beyond_need'], reasons_zh: ['申请的数据超出办理事项所需'], reasons_en: ['More is asked than the matter needs'], text: '办理低保只需核验户籍所在地。', scope: null, differences: [], by_rule: false } }),
]
const HEAD = ['department_head']
const STAFF = ['department_head', 'department_operator']
function may(one, user) {
  const consumer = (roles) => user.organisation.id === one.consumer_id && roles.includes(user.role)
  const provider = (roles) => user.organisation.id === one.provider_id && roles.includes(user.role)
  const all = {
    draft: consumer(STAFF) ? ['change', 'submit'] : [], signing: consumer(HEAD) ? ['sign', 'return'] : [], checking: provider(STAFF) ? ['accept', ...(one.noticed ? [] : ['gaps'])] : [], incomplete: consumer(STAFF) ? ['change', 'complete'] : [],
    deciding: provider(STAFF) ? ['decision'] : [], provider_signing: provider(HEAD) ? ['decision_sign', 'decision_return'] : [], approved: consumer(STAFF) ? ['accept_scope'] : [], delivering: provider(STAFF) ? ['deliver'] : [],
  }[one.state] ?? []
  if (one.clock.stage === 'reply' && !one.extension && provider(STAFF)) all.push('extension')
  if (one.extension?.agreed === null && user.role === 'business_operator') all.push('extension_consent')
  if (!['refused', 'delivered', 'withdrawn', 'lapsed'].includes(one.state) && consumer(STAFF)) all.push('withdraw')
  return all
}
function proposed(one) {
  const found = []
  const { content } = one
  if (!content.basis) found.push(gap('basis', 'text.empty', '不能为空。', 'Must not be empty.'))
  else if (!content.basis.includes('《')) found.push(gap('basis', 'request.basis_cites_nothing', '申请依据没有引用法律、行政法规或国务院文件（用《》写明名称和条款），请补充。', 'The basis cites no law.', false))
  if (!content.scenario) found.push(gap('scenario', 'text.empty', '不能为空。', 'Must not be empty.'))
  if (!content.matters.length) found.push(gap('matters', 'request.no_matter', '至少写明一个使用数据的事项编码。', 'Name at least one matter.'))
  if (!content.items.length) found.push(gap('items', 'grant.no_items', '至少选择一个信息项。', 'Choose at least one item.'))
  if (!content.measures) found.push(gap('measures', 'request.no_measures', '申请含敏感信息项，须写明安全保护措施（谁能看、怎么存、怎么删）。', 'State the security measures.'))
  return found
}
const labels = (user, one) => one.content.client_ids.map((client_id) => ({ client_id, name: user.organisation.id === one.consumer_id ? (data.clients.find((c) => c.client_id === client_id)?.name ?? null) : null }))
const completion = (one) => (one.state === 'incomplete' ? { from_ms: one.since_ms, days: 10, passed_days: 4, due_ms: now + 8 * DAY, late: false } : null)
const shown = (user, listed = false) => (one) => ({ ...one, events: undefined, clients: labels(user, one), completion: completion(one), consumer_name: name(one.consumer_id), provider_name: name(one.provider_id), side: user.organisation.id === one.consumer_id ? 'consumer' : user.organisation.id === one.provider_id ? 'provider' : 'other', may: may(one, user), proposed_gaps: listed ? [] : ['draft', 'signing', 'checking', 'deciding', 'incomplete'].includes(one.state) ? proposed(one) : [] })

const choice = (code, zh, en) => ({ code, zh, en })
const choices = {
  refusal_reasons: [choice('law_forbids', '法律、行政法规或者国务院决定不予共享', 'A law forbids it'), choice('beyond_need', '申请的数据超出办理事项所需', 'More is asked than the matter needs'), choice('not_held', '本部门不掌握所申请的数据', 'The office does not hold the data')],
  breach_causes: [choice('beyond_purpose', '超出授权用途使用数据', 'Data used beyond the purpose'), choice('leak', '发生数据泄露或者有泄露风险', 'Data leaked')],
  stop_causes: [choice('law_changed', '法律、行政法规调整', 'A law changed'), choice('abnormal_use', '调用异常，需要核查', 'Abnormal calls')],
  extension_days: 10, completion_days: 10, listing_days: 20,
}
const needs = [
  { id: 'n1', state: 'open', content: { title: '残疾人两项补贴发放记录', description: '近三年逐月发放记录，含姓名、身份证号、补贴类别和金额。', elements: ['person.id', 'person.name'], scenario: '核对社会救助对象收入。', basis: '《社会救助暂行办法》第十一条' }, consumer_id: 'o-civil', responsible_id: null, responsible_name: null, resource_id: null, resource_code: null, resource_name: null, answers: [{ organisation_id: 'o-health', organisation_name: name('o-health'), holds: false, reason: '本部门没有，可能在残联。', time_ms: now - DAY }], clock: running('answer', 10, 4), created_ms: now - 5 * DAY, closing: null },
  { id: 'n2', state: 'listed', content: { title: '企业年报公示信息', description: '上一年度年报主要指标。', elements: [], scenario: '政策兑现。', basis: '《企业信息公示暂行条例》第八条' }, consumer_id: 'o-civil', responsible_id: 'o-market', responsible_name: name('o-market'), resource_id: 'r3', resource_code: 'SJ-QYXX-001', resource_name: '企业登记信息', answers: [], clock: clock(), created_ms: now - 25 * DAY, closing: null },
]
const needShown = (user) => (one) => ({ ...one, consumer_name: name(one.consumer_id), may: [one.state === 'open' && STAFF.includes(user.role) && user.organisation.id !== one.consumer_id && 'answer', user.role === 'business_operator' && one.state !== 'listed' && 'designate', one.state === 'designated' && 'link', user.organisation.id === one.consumer_id && STAFF.includes(user.role) && 'close'].filter(Boolean) })

/** Routes of requests, needs and what is done to grants. */
export function sharing(page) {
  const find = (id) => requests.find((one) => one.id === id)
  const step = (verb, what, change) => ['POST', `requests/([^/]+)/${verb}`, ({ params, body, user }) => {
    const one = find(params[0])
    Object.assign(one, { since_ms: Date.now() }, change(one, body ?? {}))
    one.events.push(event(what, Date.now(), user.organisation.name, user.role, body?.reason ?? body?.text))
    return shown(user)(one)
  }]
  const cut = (query, ...drop) => {
    const rest = new URLSearchParams(query)
    for (const key of drop) rest.delete(key)
    return rest
  }
  return [
    ['GET', 'sharing/choices', () => choices],
    ['GET', 'requests', ({ query, user }) => {
      const side = query.get('side')
      const states = query.get('state')?.split(',')
      const mine = requests.filter((one) => (!user.role.startsWith('department') ? true : side === 'consumer' ? one.consumer_id === user.organisation.id : side === 'provider' ? one.provider_id === user.organisation.id : [one.consumer_id, one.provider_id].includes(user.organisation.id)))
      return page(mine.filter((one) => (!states || states.includes(one.state)) && (query.get('late') !== 'true' || one.clock.late)).map(shown(user, true)), cut(query, 'side', 'state', 'late'), ['resource_name', 'consumer_name', 'provider_name'])
    }],
    ['POST', 'requests', ({ body, user }) => {
      const made = request(randomUUID(), body.resource_id, user.organisation.id, 'draft', { content: body, signed_ms: null, created_ms: Date.now(), events: [event('drafted', Date.now(), user.organisation.name, user.role)] })
      requests.push(made)
      return shown(user)(made)
    }],
    ['GET', 'requests/([^/]+)', ({ params, user }) => shown(user)(find(params[0]))],
    ['PUT', 'requests/([^/]+)', ({ params, body, user }) => shown(user)(Object.assign(find(params[0]), { content: body }))],
    ['GET', 'requests/([^/]+)/timeline', ({ params }) => ({ items: find(params[0]).events })],
    step('submit', 'submitted', () => ({ state: 'signing' })),
    step('complete', 'completed', () => ({ state: 'signing' })),
    step('return', 'returned', () => ({ state: 'draft' })),
    step('sign', 'signed', () => ({ state: 'checking', signed_ms: Date.now(), clock: running('reply', 10, 0) })),
    step('accept', 'accepted', () => ({ state: 'deciding' })),
    step('gaps', 'gaps', (one, body) => ({ state: 'incomplete', noticed: true, gaps: [...proposed(one).filter((g) => !body.without.includes(g.code)), ...body.gaps.map((g) => gap(g.path, 'person', g.text, g.text, false))], clock: clock() })),
    step('decision', 'decision_proposed', (one, body) => ({ state: 'provider_signing', decision: { ...body, reasons_zh: choices.refusal_reasons.filter((c) => body.reasons.includes(c.code)).map((c) => c.zh), reasons_en: [], differences: body.scope ? [{ path: 'items', zh: '范围有缩小', en: 'narrower' }] : [], by_rule: false } })),
    step('decision/return', 'decision_returned', () => ({ state: 'deciding', decision: null })),
    step('decision/sign', 'decided', (one) => ({ state: one.decision.outcome === 'refuse' ? 'refused' : one.decision.differences.length ? 'approved' : 'delivering', clock: running('delivery', 20, 0) })),
    step('extension', 'extension_asked', (one, body) => ({ extension: { ...body, agreed: null, asked_ms: Date.now() } })),
    step('extension/consent', 'extension_answered', (one, body) => ({ extension: { ...one.extension, agreed: body.agree } })),
    step('accept-scope', 'scope_accepted', () => ({ state: 'delivering' })),
    step('deliver', 'delivered', () => ({ state: 'delivered', clock: clock(), grant_id: 'g1' })),
    step('withdraw', 'withdrawn', () => ({ state: 'withdrawn', clock: clock() })),
    ['GET', 'grants/([^/]+)/timeline', () => ({ items: [event('delivered', now - 20 * DAY, name('o-police'), 'department_head')] })],
    ['POST', 'grants/([^/]+)/rectification', ({ params, body }) => Object.assign(data.grants.find((g) => g.id === params[0]), { rectification: body.text, rectified_ms: Date.now() })],
    ['POST', 'grants/([^/]+)/give-back', ({ params, body }) => Object.assign(data.grants.find((g) => g.id === params[0]), { state: 'given_back', reason: body.reason, cause: null })],
    ['POST', 'grants/([^/]+)/terminate', ({ params }) => Object.assign(data.grants.find((g) => g.id === params[0]), { state: 'revoked' })],
    ['GET', 'needs', ({ query, user }) => page(needs.filter((one) => !query.get('state') || one.state === query.get('state')).map(needShown(user)), cut(query, 'state', 'mine'), ['id'])],
    ['POST', 'needs', ({ body, user }) => {
      const made = { ...needs[0], id: randomUUID(), content: body, consumer_id: user.organisation.id, answers: [], state: 'open', created_ms: Date.now() }
      needs.push(made)
      return needShown(user)(made)
    }],
    ['GET', 'needs/([^/]+)', ({ params, user }) => needShown(user)(needs.find((one) => one.id === params[0]))],
    ['GET', 'needs/([^/]+)/timeline', () => ({ items: [event('drafted', now - 5 * DAY, name('o-civil'), 'department_operator')] })],
    ['POST', 'needs/([^/]+)/(answers|designate|link|close)', ({ params, body, user }) => {
      const one = needs.find((n) => n.id === params[0])
      if (params[1] === 'answers') one.answers.push({ organisation_id: user.organisation.id, organisation_name: user.organisation.name, holds: body.holds, reason: body.reason, time_ms: Date.now() })
      Object.assign(one, params[1] === 'designate' ? { state: 'designated', responsible_id: body.organisation_id, responsible_name: name(body.organisation_id) } : params[1] === 'close' ? { state: 'closed', closing: body.reason } : {})
      return needShown(user)(one)
    }],
  ]
}
