// Subscriptions of the played county: one that is well, one continuous, one halted, one that holds rows back; runs that move.
import { randomUUID } from 'node:crypto'
import * as data from './data.mjs'

const now = Date.now()
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const zero = { read: 0, delivered: 0, repaired: 0, flagged: 0, held: 0, filtered: 0, inserted: 0, updated: 0, deleted: 0, unchanged: 0, bytes: 0, chunks: 0 }
const ROWS = 20134

const civil = data.agents.find((one) => one.id === 'a2')
civil.targets = [{ name: 'shujuku', kind: 'postgres' }, { name: 'wenjian', kind: 'files' }, ...(civil.targets ?? [])]
for (const agent of data.agents) agent.targets ??= []
for (const grant of data.grants) if (['g1', 'g2'].includes(grant.id)) grant.shapes = [...grant.shapes, 'batch']

const runs = []
const full = (started_ms, more = {}) => ({
  id: randomUUID(), kind: 'deliver', mode: 'replace', state: 'succeeded', started_ms, ended_ms: started_ms + 47_000, figures: { ...zero, read: ROWS, delivered: ROWS - 12, repaired: 406, flagged: 37, held: 12, inserted: 18, updated: 241, deleted: 3, unchanged: ROWS - 274, bytes: 3_812_044, chunks: 21 },
  remarks: { name: { 'name.digits': 12 }, birth_date: { 'date.serial': 204, 'date.two_digit_year': 25 }, sex: { 'code.from_label': 202 } }, as_of_ms: started_ms, first_index: 120, last_index: 143, rows_per_second: 428, ...more,
})
const input = (grant, name, more) => ({
  name, grant_id: grant.id, agent_id: 'a2', target: 'shujuku', table: 'ga_hkrk_001', columns: grant.items.filter((one) => !one.verify_only).map((one) => ({ item: one.item, column: one.item, masked: one.masked })), keys: [grant.items[0].item], row_filter: { all: [] }, method: 'full', watermark: null, invalid: 'flag', schedule: { kind: 'cron', cron: '0 2 * * *', working_days: false }, purpose: grant.purposes[0], adopt: false, ends_ms: null, ...more,
})
const all = [
  { id: 'sub1', grant: 'g1', name: '常住人口基本信息', state: 'active', more: {}, runs: [full(now - 9 * HOUR), full(now - DAY - 9 * HOUR), full(now - 2 * DAY, { kind: 'compare', mode: 'compare', figures: { ...zero, read: ROWS, bytes: 402_000, chunks: 21 }, remarks: {}, compared: { same: ROWS - 4, only_source: 2, only_target: 1, different: 1, keys: ['+330106199001011233', '+330106198502281428', '-330106197001010019', '~330106196512120025'] } })] },
  { id: 'sub2', grant: 'g1', name: '常住人口变化（救助大厅）', state: 'active', lag_ms: 1_840, more: { table: 'hall.rk_bianhua', method: 'changes', schedule: { kind: 'continuous' } }, runs: [full(now - 3 * DAY, { mode: 'apply', state: 'running', ended_ms: null, expected: null, figures: { ...zero, read: 4120, delivered: 4120, inserted: 300, updated: 3800, deleted: 20, bytes: 902_331, chunks: 960 } })] },
  {
    id: 'sub3', grant: 'g2', name: '企业登记信息', state: 'halted', notice: { code: 'target.write', zh: '目标表“sj_qyxx_001”写不进去：账号 guantong_writer 没有插入权限（permission denied）。请本部门开发人员给它授权（GRANT INSERT），然后在订阅页按“恢复”。', en: 'The table sj_qyxx_001 cannot be written: the account guantong_writer lacks INSERT. Have your developer grant it, then choose Resume.' },
    failures: 3, more: { table: 'sj_qyxx_001', schedule: { kind: 'cron', cron: '30 3 * * 1,4', working_days: true }, invalid: 'hold_back' }, runs: [full(now - 5 * HOUR, { state: 'failed', ended_ms: now - 5 * HOUR + 2_000, figures: zero, remarks: {}, as_of_ms: null, first_index: null, last_index: null, rows_per_second: 0 }), full(now - 7 * DAY)],
  },
  {
    id: 'sub5', grant: 'g1', name: '常住人口（随源变更）', state: 'halted', source_change: { since_ms: now - 2 * HOUR, stage: 'proposed' }, notice: { code: 'run.source_changed', zh: '提供部门的系统有变更，订阅已暂停。平台已把情况和建议的新挂接告知提供部门；确认生效后订阅会自动继续，已写入的数据不受影响。', en: 'The provider\'s system was changed and the subscription waits. The provider was told, with a proposed new mount; the subscription goes on by itself once that is in force. What was written stands.' },
    failures: 1, more: { table: 'rk_biangeng', method: 'changes', schedule: { kind: 'continuous' }, template: 'return_flow' }, runs: [full(now - 2 * HOUR, { state: 'failed', ended_ms: now - 2 * HOUR + 900, figures: zero, remarks: {}, as_of_ms: null, first_index: null, last_index: null, rows_per_second: 0 })],
  },
  { id: 'sub4', grant: 'g2', name: '企业登记信息（月度文件）', state: 'paused', more: { target: 'wenjian', table: 'qiye.csv', schedule: { kind: 'manual' } }, runs: [] },
].map(({ grant, more, runs: of, name, ...one }) => {
  const under = data.grants.find((each) => each.id === grant)
  const resource = data.resources.find((each) => each.id === under.resource_id)
  for (const run of of) runs.push({ ...run, subscription_id: one.id, notice: run.state === 'failed' ? one.notice : null })
  return {
    notice: null, failures: 0, lag_ms: null, ...one, input: input(under, name, more), consumer_id: under.consumer_id, consumer_name: under.consumer_name, provider_id: under.provider_id, provider_name: under.provider_name, resource_id: resource.id, resource_code: resource.code, resource_name: resource.name,
    labels: resource.items.map(({ item, zh, en, kind }) => ({ item, zh, en, kind })), created_ms: now - 12 * DAY, next_due_ms: one.state === 'active' && !one.lag_ms ? now + 15 * HOUR : null,
  }
})

/** A run that goes on: a little further each time it is looked at. */
function live(run) {
  if (run.state !== 'running' || !run.expected) return run
  const took = Date.now() - run.started_ms
  const read = Math.min(run.expected, Math.round(took * 4))
  const going = { ...run, rows_per_second: 4_000, figures: { ...zero, read, delivered: read, unchanged: read, bytes: read * 190, chunks: Math.ceil(read / 1000) } }
  if (read < run.expected) return going
  return Object.assign(run, going, { state: 'succeeded', ended_ms: Date.now(), as_of_ms: Date.now(), first_index: 150, last_index: 170, compared: run.kind === 'compare' ? { same: ROWS, only_source: 0, only_target: 0, different: 0, keys: [] } : null })
}
const ofOne = (id) => runs.filter((run) => run.subscription_id === id).sort((a, b) => b.started_ms - a.started_ms).map(live)
function view(one, user) {
  const [last] = ofOne(one.id)
  const delivered = ofOne(one.id).find((run) => run.state === 'succeeded' && run.kind === 'deliver')
  return { ...one, as_of_ms: one.lag_ms ? Date.now() - one.lag_ms : (delivered?.as_of_ms ?? null), last_run: last ?? null, last_success_ms: delivered?.ended_ms ?? null, may_change: user.role.startsWith('department') && user.organisation.id === one.consumer_id }
}
const sees = (user) => all.filter((one) => !user.role.startsWith('department') || [one.consumer_id, one.provider_id].includes(user.organisation.id))

/** Flows between departments that the rest of the mock knows only by name, so that the map by volume has something to draw. */
const PROVIDERS = [['o-police', '青溪县公安局'], ['o-civil', '青溪县民政局'], ['o-market', '青溪县市场监督管理局']]
const others = ['人力资源和社会保障局', '医疗保障局', '住房和城乡建设局', '残疾人联合会', '自然资源和规划局'].flatMap((name, i) =>
  PROVIDERS.slice(0, 1 + (i % 3)).map(([provider_id, provider_name], j) => {
    const paused = (i + j) % 5 === 4
    return {
      subscription_id: `other${i}-${j}`, name: `${provider_name.slice(3)}数据 ${i + 1}`, provider_id, provider_name, consumer_id: `o-x${i}`, consumer_name: `青溪县${name}`, resource_name: '常住人口基本信息', target: 'shujuku', table: `t_${i}`, schedule: { kind: 'cron', cron: '0 2 * * *' }, failures: (i + j) % 4 === 3 ? 3 : 0, last_state: (i + j) % 4 === 3 ? 'failed' : 'succeeded', last_started_ms: now - (i + 1) * HOUR, state: paused ? 'paused' : 'active',
      continuous: false, running: false, as_of_ms: now - (i + 1) * HOUR, lag_ms: null, runs: 30, failed: (i + j) % 4 === 3 ? 14 : j, rows: paused ? 0 : Math.round(220_000 / (1 + i + 2 * j)), bytes: 1_900_000,
    }
  }),
)

/** Routes of subscriptions and of what flows. */
export const subscriptions = ({ page, one, Refusal }) => {
  const found = (params, user) => one(sees(user), params[0])
  const begin = (kind) => ({ params, user }) => {
    const run = { ...full(Date.now()), subscription_id: found(params, user).id, kind, mode: kind === 'compare' ? 'compare' : 'replace', state: 'running', ended_ms: null, expected: ROWS, figures: zero, remarks: {}, first_index: null, last_index: null }
    runs.push(run)
    return { run_id: run.id }
  }
  const change = (state) => ({ params, user }) => view(Object.assign(found(params, user), { state, notice: null, failures: 0 }), user)
  return [
    ['GET', 'subscriptions', ({ query, user }) => {
      const rows = sees(user).map((each) => ({ ...view(each, user), name: each.input.name, table: each.input.table, target: each.input.target }))
      return page(rows, query, ['name', 'table', 'target', 'resource_name', 'resource_code', 'provider_name', 'consumer_name'])
    }],
    ['POST', 'subscriptions/check', ({ body }) => {
      if (body.schedule.kind === 'cron' && body.schedule.cron.split(' ').length !== 5) throw new Refusal(422, 'subscription.cron', '定时规则无法识别。', 'The schedule cannot be read.')
      const misfits = body.table === 'misfit' ? [{ code: 'target.column_missing', column: 'name', zh: '目标表里没有列“name”，请加上（varchar(100)），或在数据项里改成已有的列名。', en: 'The table has no column name; add it or choose another name.' }, { code: 'target.type', column: 'birth_date', zh: '列“birth_date”是整数，放不下日期，请改成 date 或 varchar(10)。', en: 'Column birth_date is an integer; make it a date.' }] : []
      return { standing: { creates: !['misfit', 'ga_hkrk_001'].includes(body.table), rows: body.table === 'ga_hkrk_001' ? ROWS : 0, misfits, run: null, position: null }, first_due_ms: body.schedule.kind === 'cron' ? Date.now() + 15 * HOUR : null }
    }],
    ['POST', 'subscriptions', ({ body, user }) => {
      const grant = one(data.grants, body.grant_id)
      const made = { ...all[0], id: randomUUID(), input: body, state: 'active', notice: null, failures: 0, lag_ms: null, provider_id: grant.provider_id, provider_name: grant.provider_name, resource_id: grant.resource_id, resource_code: grant.resource_code, resource_name: grant.resource_name, created_ms: Date.now(), next_due_ms: Date.now() + 15 * HOUR }
      all.push(made)
      return view(made, user)
    }],
    ['GET', 'subscriptions/templates', ({ user }) => {
      const own = data.resources.find((each) => each.id === 'r1')
      const region = { item: 'region', zh: '户籍地行政区划', en: 'Region of registration' }
      const made = (more) => ({ resource_id: own.id, resource_code: own.code, resource_name: own.name, provider_id: 'o-police', provider_name: '青溪县公安局', item: region.item, item_zh: region.zh, item_en: region.en, region: '330199101', prefix: '330199101', request: { resource_id: own.id, basis: '', scenario: '上级部门掌握的数据中属于本区域的回流。', matters: [], items: own.items.map(({ item, zh }) => ({ item, zh, masked: false, verify_only: false })), row_filter: { all: [{ item: 'region', op: 'prefix', values: ['330199101'] }] }, region: '330199101', method: 'batch', shapes: ['batch'], template: 'return_flow', valid_until_ms: Date.now() + 700 * DAY, calls_per_day: 100, calls_per_second: 1, client_ids: [], measures: '', contact: '' }, request_id: null, grant_id: null, subscription: null, ...more })
      return user.organisation.id === 'o-civil' ? [made({}), made({ resource_code: 'GA-HKHB-002', resource_name: '家庭户信息', item: 'register_region', grant_id: 'g1' })] : []
    }],
    ['GET', 'subscriptions/([^/]+)', ({ params, user }) => view(found(params, user), user)],
    ['POST', 'subscriptions/([^/]+)/pause', change('paused')],
    ['POST', 'subscriptions/([^/]+)/resume', change('active')],
    ['POST', 'subscriptions/([^/]+)/end', change('ended')],
    ['POST', 'subscriptions/([^/]+)/run', begin('deliver')],
    ['POST', 'subscriptions/([^/]+)/compare', begin('compare')],
    ['GET', 'subscriptions/([^/]+)/runs', ({ params, query, user }) => page(ofOne(found(params, user).id), query)],
    ['GET', 'subscriptions/([^/]+)/held', ({ params, user }) => {
      if (found(params, user).id === 'sub4') throw new Refusal(503, 'link.offline', '民政局前置机没有连上，请稍后再试。', 'The agent is not connected; try again later.')
      return ['330106198502281428', '330106197001010019'].map((key) => ({ key, reasons: 'name:name.digits birth_date:date.impossible', row: JSON.stringify({ resident_id: key, name: '王2五', sex: '2', address: '浙江省青溪县***' }) }))
    }],
    ['GET', 'runs/([^/]+)', ({ params }) => live(one(runs, params[0]))],
    ['GET', 'flows', ({ user }) => [
      ...sees(user).map((each) => {
        const seen = view(each, user)
        const of = ofOne(each.id)
        return { subscription_id: each.id, name: each.input.name, provider_id: each.provider_id, provider_name: each.provider_name, consumer_id: each.consumer_id, consumer_name: each.consumer_name, resource_name: each.resource_name, target: each.input.target, table: each.input.table, schedule: each.input.schedule, failures: each.failures, last_state: of[0]?.state ?? null, last_started_ms: of[0]?.started_ms ?? null, state: each.state, continuous: each.input.schedule.kind === 'continuous', running: of[0]?.state === 'running', as_of_ms: seen.as_of_ms, lag_ms: seen.lag_ms, runs: of.length, failed: of.filter((run) => run.state === 'failed').length, rows: of.reduce((sum, run) => sum + run.figures.delivered, 0), bytes: of.reduce((sum, run) => sum + run.figures.bytes, 0) }
      }),
      ...(user.role.startsWith('department') ? [] : others),
    ]],
  ]
}
