// The form behind a new subscription: what people choose, what is wrong with it, and what the server takes. Pure.
import type { Agent, Grant, Method, Misfit, OnInvalid, Resource, Schedule, SubscriptionInput } from '@/api'
import { t } from '@/i18n'
import { blankWhen, isRule, toCron, type WhenForm } from '@/lib/schedule'
import { toRows, untilDay, untilMs, type RowChoice } from '@/pages/requests/requestForm'
import { dateOnly } from '@/lib/time'

/** One item as it will stand in the table. */
export interface ColumnChoice {
  item: string
  taken: boolean
  column: string
  masked: boolean
  key: boolean
}

export interface SubscriptionForm {
  grant_id: string
  name: string
  columns: ColumnChoice[]
  invalid: OnInvalid
  filter: RowChoice[]
  /** Into a target of the own agent, or held at the hub. */
  to: 'agent' | 'hub'
  agent_id: string
  target: string
  table: string
  adopt: boolean
  method: Method
  watermark: string
  schedule: Schedule['kind']
  when: WhenForm
  /** Place of the purpose in the grant's list; -1 while none is chosen. */
  purpose: number
  until: string
  template: SubscriptionInput['template']
}

export const STEPS = ['grant', 'columns', 'target', 'when', 'check'] as const
export type Step = (typeof STEPS)[number]
export type Wrong = Record<string, string>

export const METHODS: Method[] = ['full', 'after', 'changes']

export function blankSubscription(): SubscriptionForm {
  return {
    grant_id: '', name: '', columns: [], invalid: 'flag', filter: [], to: 'agent', agent_id: '', target: '', table: '', adopt: false, method: 'full', watermark: '', schedule: 'cron', when: blankWhen(), purpose: -1, until: '', template: null,
  }
}

type Granted = Pick<Grant, 'id' | 'items' | 'purposes' | 'resource_code' | 'resource_name' | 'valid_until_ms' | 'shapes' | 'state'>

/** Whether tables may be delivered under the grant, now. */
export const deliversTables = (grant: Pick<Grant, 'shapes' | 'state'>) => grant.state === 'active' && grant.shapes.some((shape) => shape === 'batch' || shape === 'hold')

/** Where the rows may go under the grant. */
export const placesOf = (grant: Pick<Grant, 'shapes'>) => (['agent', 'hub'] as const).filter((to) => grant.shapes.includes(to === 'agent' ? 'batch' : 'hold'))

/** Targets of an agent that take tables; folders for documents do not. */
export const tableTargets = (agent: Pick<Agent, 'targets'> | undefined) => (agent?.targets ?? []).filter((one) => one.kind !== 'documents')

/** A name for the table that every database takes: the code of the resource in small letters. */
export const tableName = (code: string) => code.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '')

/** What is chosen first under a grant: every item that may be delivered, its keys, its only purpose, its last day. */
export function underGrant(form: SubscriptionForm, grant: Granted, resource: Pick<Resource, 'items'>): SubscriptionForm {
  const isKey = (item: string) => !!resource.items.find((one) => one.item === item)?.is_key
  return {
    ...form,
    grant_id: grant.id,
    name: grant.resource_name.slice(0, 60),
    columns: grant.items.filter((one) => !one.verify_only).map((one) => ({ item: one.item, taken: true, column: one.item, masked: one.masked, key: isKey(one.item) && !one.masked })),
    filter: [],
    to: placesOf(grant)[0] ?? 'agent',
    table: tableName(grant.resource_code),
    watermark: '',
    purpose: grant.purposes.length === 1 ? 0 : -1,
    until: untilDay(grant.valid_until_ms),
  }
}

/** What is wrong in a step, by field. */
export function problems(form: SubscriptionForm, step: Step, grant: Granted | undefined, nowMs: number): Wrong {
  const found: Wrong = {}
  if (step === 'grant' && !grant) found.grant_id = t('sub.needGrant')
  if (step === 'columns') {
    const taken = form.columns.filter((one) => one.taken)
    if (!taken.length) found.columns = t('sub.needColumns')
    else if (!taken.some((one) => one.key)) found.keys = t('sub.needKeys')
    const seen = new Set<string>()
    for (const one of taken) {
      const name = one.column.trim().toLowerCase()
      const at = `column.${one.item}`
      if (!name) found[at] = t('sub.needColumn')
      else if (name.startsWith('gt_')) found[at] = t('sub.columnReserved')
      else if (seen.has(name)) found[at] = t('sub.columnTwice')
      seen.add(name)
    }
    if (form.filter.some((one) => !one.item || !one.op || !one.values.trim())) found.filter = t('grant.needFilter')
  }
  if (step === 'target') {
    if (!form.name.trim()) found.name = t('sub.needName')
    if (form.to === 'agent') {
      if (!form.agent_id) found.agent_id = t('sub.needAgent')
      else if (!form.target) found.target = t('sub.needTarget')
      if (!form.table.trim()) found.table = t('sub.needTable')
    }
  }
  if (step === 'when') {
    if (form.schedule === 'continuous' && methodOf(form) !== 'changes') found.schedule = t('sub.onlyChanges')
    if (form.schedule === 'cron') {
      const rule = toCron(form.when)
      if (!rule && form.when.every === 'week' && !form.when.weekdays.length) found.when = t('sub.needWeekday')
      else if (!isRule(rule)) found.when = t(form.when.every === 'rule' ? 'sub.badRule' : 'sub.needTime')
    }
    if (!grant?.purposes[form.purpose]) found.purpose = t('sub.needPurpose')
    if (form.until && form.until < dateOnly(nowMs)) found.until = t('sub.untilPast')
    else if (form.until && grant && form.until > untilDay(grant.valid_until_ms)) found.until = t('sub.untilLate', { day: untilDay(grant.valid_until_ms) })
  }
  return found
}

/** The first step in which something is wrong. */
export function firstWrong(form: SubscriptionForm, grant: Granted | undefined, nowMs: number): Step | undefined {
  return STEPS.find((step) => Object.keys(problems(form, step, grant, nowMs)).length > 0)
}

/** A held copy is always read in full. */
export const methodOf = (form: SubscriptionForm): Method => (form.to === 'hub' ? 'full' : form.method)

export function scheduleOf(form: SubscriptionForm): Schedule {
  return form.schedule === 'cron' ? { kind: 'cron', cron: toCron(form.when), working_days: form.when.workingDays } : { kind: form.schedule }
}

/** What the server takes. */
export function toInput(form: SubscriptionForm, grant: Granted): SubscriptionInput {
  const taken = form.columns.filter((one) => one.taken)
  const granted = new Map(grant.items.map((one) => [one.item, one.masked]))
  return {
    name: form.name.trim(),
    grant_id: form.grant_id,
    ...(form.to === 'hub' ? { hold: true, target: '', table: '' } : { agent_id: form.agent_id, target: form.target, table: form.table.trim() }),
    columns: taken.map((one) => ({ item: one.item, column: form.to === 'hub' ? null : one.column.trim(), masked: one.masked && !granted.get(one.item) })),
    keys: taken.filter((one) => one.key).map((one) => one.item),
    row_filter: { all: toRows(form.filter) },
    method: methodOf(form),
    watermark: methodOf(form) === 'after' && form.watermark ? form.watermark : null,
    invalid: form.to === 'hub' ? 'flag' : form.invalid,
    schedule: scheduleOf(form),
    purpose: grant.purposes[form.purpose] ?? { matter: '', basis: '' },
    adopt: form.to === 'agent' && form.adopt,
    // The last day of the grant means to its very end.
    template: form.template ?? null,
    ends_ms: !form.until || form.until === untilDay(grant.valid_until_ms) ? null : untilMs(form.until),
  }
}

const STEP_OF: Record<string, Step> = {
  grant_id: 'grant', columns: 'columns', keys: 'columns', row_filter: 'columns', invalid: 'columns', name: 'target', agent_id: 'target', target: 'target', table: 'target', method: 'when', watermark: 'when', schedule: 'when', purpose: 'when', ends_ms: 'when',
}
const CODE_OF: Record<string, Step> = {
  'subscription.cron': 'when', 'subscription.continuous': 'when', 'plan.watermark': 'when', 'plan.purpose_not_granted': 'when', 'plan.batch_key': 'columns', 'plan.batch_empty': 'columns', 'plan.too_many_items': 'columns', 'agent.not_found': 'target', 'target.misfit': 'target', 'target.unknown': 'target',
}

/** The step in which what the server refused is mended; the target's for what its database says. */
export function stepOfRefusal(error: { code: string; fields: { path: string }[] }): Step {
  const field = error.fields[0]?.path.split(/[.[]/)[0] ?? ''
  return STEP_OF[field] ?? CODE_OF[error.code] ?? (error.code.startsWith('authorise.') ? 'grant' : error.code.startsWith('plan.') ? 'columns' : 'target')
}

/** What the server refused, at the fields of the form. */
export function atFields(error: { code: string; fields: { path: string; text: string }[] }, sentence: string, form: SubscriptionForm): Wrong {
  const found: Wrong = {}
  const taken = form.columns.filter((one) => one.taken)
  for (const field of error.fields) {
    const place = /^columns\[(\d+)\]/.exec(field.path)
    const item = place && taken[Number(place[1])]?.item
    const name = field.path.split(/[.[]/)[0] ?? ''
    found[item ? `column.${item}` : name === 'ends_ms' ? 'until' : name] = field.text
  }
  if (error.code === 'subscription.cron') found.when = sentence
  if (error.code === 'plan.watermark') found.watermark = sentence
  if (error.code === 'plan.batch_key') found.keys = sentence
  return found
}

/** What does not fit at the target, at the fields of the form. */
export function misfitsAt(misfits: Misfit[], form: SubscriptionForm, words: (one: Misfit) => string): Wrong {
  const found: Wrong = {}
  for (const one of misfits) {
    const item = form.columns.find((each) => each.taken && each.column.trim().toLowerCase() === one.column.toLowerCase())?.item
    const field = item ? `column.${item}` : 'table'
    if (!item && one.column) continue
    found[field] = found[field] ?? words(one)
  }
  return found
}

/** The step in which misfits are mended: another table mends them all, so that of the table when it does not fit as a whole. */
export const stepOfMisfits = (misfits: Misfit[]): Step | undefined => (misfits.length ? (misfits.some((one) => !one.column) ? 'target' : 'columns') : undefined)
