// Planned systems of the played county.
import { randomUUID } from 'node:crypto'
import * as data from './data.mjs'

const DAY = 86_400_000
const now = Date.now()
const ratio = (numerator, denominator) => ({ numerator, denominator })
const holding = (id, way) => {
  const of = data.resources.find((r) => r.id === id)
  return { source: 'catalog', id, code: of.code, name: of.name, organisation_id: of.organisation_id, organisation_name: of.organisation_name, system_id: 's1', system_name: of.system_name, listed: true, mounted: true, way, link: `/resources/${id}` }
}
const why = { zh: '数据元相同，名称为同义词', en: 'same element, names are synonyms' }
const hit = (id, item, zh, score, way = 'request') => ({ holding: holding(id, way), item, zh, element: 'person.id', score, reason: why })
function report(plan) {
  return {
    resources: plan.resources.map((one, place) => ({
      place, name: one.name, overlaps: place === 0, advice: place === 0 ? 'share' : 'build', exists: ratio(place === 0 ? Math.min(3, one.items.length) : 0, one.items.length),
      hits: place === 0 ? [{ holding: holding('r1', 'request'), score: 0.91, overlaps: true, items: ratio(3, one.items.length), weighted: 0.82, name: 0.7, reason: { zh: '含 3 项，其中“公民身份号码”为关键项', en: 'holds 3 items' } }, { holding: holding('r2', 'own'), score: 0.34, overlaps: false, items: ratio(1, one.items.length), weighted: 0.2, name: 0.1, reason: why }] : [],
      items: one.items.map((item, i) => ({ place: i, name: item.name, element: i < 3 ? 'person.name' : null, exists: place === 0 && i < 3, hits: place === 0 && i < 3 ? [hit('r1', ['name', 'resident_id', 'sex'][i], ['姓名', '公民身份号码', '性别'][i], 0.97 - i / 20)] : [] })),
    })),
    systems: [{ id: 's1', name: '人口管理信息系统', purpose: '户籍、居住证办理', organisation_id: 'o-police', organisation_name: '青溪县公安局', alive: true, score: 0.62, functions: ['老年人信息采集'], reason: { zh: '“老年人信息采集”与其用途相近', en: 'alike' } }],
    overlapping: ratio(1, plan.resources.length), existing_items: ratio(3, plan.resources.flatMap((one) => one.items).length), looked_through: 26, matched_ms: Date.now(),
  }
}
const base = {
  name: '智慧养老服务管理平台', purpose: '汇集全县老年人信息，开展居家养老服务派单和监管。', functions: ['老年人信息采集', '服务派单', '服务评价', '补贴核算'], cost_yuan: 3_260_000, starts_on: '2027-01-01', ends_on: '2027-12-31', basis: '县政府工作报告',
  resources: [
    { name: '老年人口基础台账', description: '60 周岁以上老年人的身份、住址', items: ['姓名', '身份证号', '性别', '子女联系人', '与户主关系'].map((name) => ({ name, element: null, description: '', kind: null })) },
    { name: '居家养老服务记录', description: '助餐、助浴等上门服务', items: ['服务工单号', '服务项目', '签到时间'].map((name) => ({ name, element: null, description: '', kind: null })) },
  ],
}
const plan = (id, state, more = {}) => ({ ...structuredClone(base), id, organisation_id: 'o-civil', organisation_name: '青溪县民政局', state, outcome: null, overlapping: null, due_ms: null, created_ms: now - 9 * DAY, updated_ms: now - 2 * DAY, report: null, returned_reason: null, signed_ms: null, reply: null, replied_ms: null, decision: null, system_id: null, ...more })
const plans = [
  plan('p1', 'under_review', { due_ms: now + 4 * DAY, overlapping: ratio(1, 2), signed_ms: now - 2 * DAY }),
  plan('p2', 'draft', { name: '殡葬服务预约系统', cost_yuan: 860_000 }),
  plan('p3', 'signing', { name: '志愿服务管理系统', cost_yuan: 420_000 }),
]
plans[0].report = report(plans[0])
function shown(user) {
  return (one) => {
    const own = user.organisation.id === one.organisation_id
    const actions = { draft: own && user.role === 'department_operator' ? ['change', 'submit'] : [], signing: own && user.role === 'department_head' ? ['sign', 'return'] : [], under_review: [...(own && !one.reply ? ['reply'] : []), ...(user.role === 'business_operator' ? ['return', 'decide'] : [])] }[one.state] ?? []
    return { ...one, actions }
  }
}

/** Routes of planned systems. */
export function projects(page) {
  const find = (id) => plans.find((one) => one.id === id)
  const step = (verb, change) => ['POST', `plans/([^/]+)/${verb}`, ({ params, body, user }) => {
    const one = find(params[0])
    return shown(user)(Object.assign(one, { updated_ms: Date.now() }, change(one, body ?? {})))
  }]
  return [
    ['GET', 'plans', ({ query, user }) => page(plans.filter((one) => (user.role.startsWith('department') ? one.organisation_id === user.organisation.id : !['draft', 'signing'].includes(one.state))).map(shown(user)), query)],
    ['POST', 'plans', ({ body, user }) => {
      const made = plan(randomUUID(), 'draft', { ...body, organisation_id: user.organisation.id, organisation_name: user.organisation.name, updated_ms: Date.now() })
      plans.push(made)
      return shown(user)(made)
    }],
    ['GET', 'plans/([^/]+)/preview', ({ params }) => report(find(params[0]))],
    ['GET', 'plans/([^/]+)', ({ params, user }) => shown(user)(find(params[0]))],
    ['PUT', 'plans/([^/]+)', ({ params, body, user }) => shown(user)(Object.assign(find(params[0]), body, { updated_ms: Date.now() }))],
    step('submit', () => ({ state: 'signing' })),
    step('sign', (one) => ({ state: 'under_review', report: report(one), overlapping: report(one).overlapping, signed_ms: Date.now(), due_ms: Date.now() + 14 * DAY })),
    step('return', (one, body) => ({ state: 'draft', returned_reason: body.reason })),
    step('reply', (one, body) => ({ reply: body.reason, replied_ms: Date.now() })),
    step('decide', (one, body) => ({
      state: 'decided', outcome: body.outcome,
      decision: { ...body, decided_ms: Date.now(), resources: body.resources.map((r) => ({ ...r, name: one.resources[r.place].name, system_name: r.system_id ? '人口管理信息系统' : null, targets: r.resource_ids.map((id) => ({ resource_id: id, name: data.resources.find((x) => x.id === id).name, organisation_name: '青溪县公安局', items: ['name', 'resident_id'], request_link: `/requests/new?resource=${id}&items=name,resident_id&plan=${one.id}` })) })) },
    })),
  ]
}
