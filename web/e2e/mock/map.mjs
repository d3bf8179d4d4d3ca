// The map and the budget view of the played county: three years, ten departments, some forty systems.
import * as data from './data.mjs'

const OFFICES = [...data.organisations.filter((one) => one.kind === 'department').map((one) => [one.id, one.name]), ...['人力资源和社会保障局', '自然资源和规划局', '住房和城乡建设局', '教育局', '医疗保障局', '残疾人联合会'].map((name, i) => [`o-x${i}`, `青溪县${name}`])]
const NAMES = ['业务综合管理系统', '台账', '统计直报平台', '网上办事大厅', '档案查询系统', '数据采集平台']
const NOW = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7)
const MONTHS = Array.from({ length: 36 }, (_, i) => {
  const at = Number(NOW.slice(0, 4)) * 12 + Number(NOW.slice(5)) - 1 - 35 + i
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`
})
const START = MONTHS.map((month) => Date.parse(`${month}-01T00:00:00+08:00`))
let seed = 7
const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647
const systems = OFFICES.flatMap(([id, name], o) =>
  Array.from({ length: 2 + ((o * 3) % 4) }, (_, i) => {
    const kind = chance()
    const begin = Math.floor(chance() * 30)
    const listed = Math.floor(chance() * 6)
    return { system_id: `m${o}-${i}`, name: `${name.replace('青溪县', '').slice(0, 4)}${NAMES[(o + i) % NAMES.length]}`, organisation_id: id, organisation_name: name, state: kind > 0.85 ? 'retired' : 'running', built_year: 2006 + Math.floor(chance() * 20), cost_yuan: i % 4 === 3 ? null : Math.round(chance() * 500) * 10_000, listed, mounted: Math.max(0, listed - 1), calls: MONTHS.map((_, m) => (kind > 0.6 || m < begin ? 0 : Math.round((m - begin + 1) * chance() * 300))) }
  }),
)
const flows = Array.from({ length: 20 }, () => {
  const [provider_id, provider_name] = OFFICES[Math.floor(chance() * OFFICES.length)]
  const [consumer_id, consumer_name] = OFFICES[Math.floor(chance() * OFFICES.length)]
  const [begin, kind] = [Math.floor(chance() * 34), chance()]
  return { provider_id, provider_name, consumer_id, consumer_name, begin, calls: MONTHS.map((_, m) => (kind > 0.85 || m < begin || (kind > 0.7 && m > 30) ? 0 : Math.round(chance() * 900 * (m - begin + 1)))) }
}).filter((one, i, all) => one.provider_id !== one.consumer_id && all.findIndex((other) => other.provider_id === one.provider_id && other.consumer_id === one.consumer_id) === i)

function shown(at, whole, own) {
  const m = Math.max(0, START.findLastIndex((start) => start <= at))
  const year = Number(MONTHS[m].slice(0, 4))
  const of = whole ? flows : flows.filter((one) => [one.provider_id, one.consumer_id].includes(own))
  return {
    at_ms: at, window_days: 30, whole,
    departments: OFFICES.map(([id, name]) => ({ organisation_id: id, name, short_name: name.replace('青溪县', ''), systems: systems.filter((one) => one.organisation_id === id && one.built_year <= year).map((one) => ({ ...one, calls: whole || id === own ? one.calls[m] : 0, stopped_year: null })) })),
    flows: of.filter((one) => m >= one.begin).map(({ begin, calls, ...one }) => ({ ...one, calls: calls[m], refused: calls[m] % 7, last_ms: calls[m] ? at : null, state: calls[m] ? 'alive' : calls.slice(0, m).some(Boolean) ? 'dead' : 'unused', grants: 2, unused_grants: calls[m] ? 0 : 2, begin: undefined })),
    months: MONTHS.map((month, i) => ({ month, start_ms: START[i], calls: of.reduce((sum, one) => sum + one.calls[i], 0) })),
  }
}
const ratio = (numerator, denominator) => ({ numerator, denominator })
const flag = (name, zh) => ({ flag: name, zh, en: name })
const lines = systems.map((one, i) => {
  const calls = one.calls.slice(-12).reduce((sum, each) => sum + each, 0)
  const [yearly, people] = [Math.round((one.cost_yuan ?? 600_000) / 9), 8 + ((i * 37) % 200)]
  const flags = [...(calls ? [] : [flag('silent', '连续多月无人调用'), flag('still_paid', '无人调用或者已停用，每年仍付运行费')]), ...(i % 5 === 0 ? [flag('overlaps', '半数以上信息项其他系统也有')] : []), ...(one.listed ? [] : [flag('nothing_listed', '在用系统没有发布任何资源')])]
  return { ...one, yearly_cost_yuan: yearly, user_count: people, cost_per_user: ratio(yearly, people), calls, refused: calls % 13, cost_per_use: one.cost_yuan && calls ? ratio(one.cost_yuan, calls) : null, consumers: ratio(calls ? 1 + (i % 3) : 0, 4), overlap: ratio(i % 5 === 0 ? 5 : i % 3, 8), listed: ratio(one.listed, one.listed + 2), mounted: ratio(one.mounted, one.listed), last_call_ms: calls ? Date.now() - i * 3_600_000 : null, silent_months: calls ? 0 : 6 + i, flags }
})

/** Routes of the map and of the budget view. */
export const map = (page) => [
  ['GET', 'chimneys', ({ query, user }) => shown(Number(query.get('at_ms') ?? Date.now()), !user.role.startsWith('department'), user.organisation.id)],
  ['GET', 'budget', ({ query, user }) => {
    const rest = new URLSearchParams(query)
    rest.delete('flag')
    rest.delete('sort')
    return page(lines.filter((one) => (!query.get('flag') || one.flags.some((each) => each.flag === query.get('flag'))) && (!user.role.startsWith('department') || one.organisation_id === user.organisation.id)), rest, ['name'])
  }],
  ['GET', 'budget/departments', ({ query }) => page(OFFICES.map(([organisation_id, organisation_name]) => ({ organisation_id, organisation_name, systems: ratio(3, 4), cost_yuan: 5_600_000, without_cost: 1, yearly_cost_yuan: 620_000, idle_yearly_yuan: 80_000, user_count: 240, cost_per_user: ratio(620_000, 240), calls: 4200, cost_per_use: ratio(5_600_000, 4200), silent: ratio(1, 3), refusing: ratio(0, 3), listed: ratio(8, 12) })), query, ['organisation_name'])],
  ['GET', 'budget/systems/([^/]+)', ({ params }) => {
    const line = lines.find((one) => one.system_id === params[0])
    const system = systems.find((one) => one.system_id === params[0])
    return { ...line, overlaps: [{ system_id: systems[1].system_id, name: systems[1].name, organisation_name: systems[1].organisation_name, elements: [{ code: 'person.birth_date', zh: '出生日期' }, { code: 'household.register_address', zh: '户籍地址' }] }], served: line.calls ? [{ organisation_name: '青溪县民政局', calls: line.calls, granted: true }] : [], months: MONTHS.map((month, i) => ({ month, start_ms: START[i], calls: system.calls[i] })) }
  }],
]
