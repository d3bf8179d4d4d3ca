// The form behind a new grant, its rules and its body for the server. Pure.
import type { ConditionOp, NewGrant, Purpose, Shape } from '@/api'
import { t } from '@/i18n'
import { dateOnly, msOfDate } from '@/lib/time'

/** How an item is given: in full, masked, for checking only, or not. */
export type ItemChoice = 'full' | 'masked' | 'verify' | ''

/** How data may be used, in the order in which it is offered. */
export const SHAPES: Shape[] = ['query', 'verify', 'batch', 'file', 'hold']

export const OPS: ConditionOp[] = ['eq', 'in', 'prefix', 'at_least', 'at_most']
const DAY_MS = 86_400_000
const LONGEST_DAYS = 5 * 366

export interface GrantForm {
  resource_id: string
  consumer_id: string
  items: Record<string, ItemChoice>
  purposes: Purpose[]
  shapes: Shape[]
  valid_from: string
  valid_until: string
  quota_per_day: string
  quota_per_second: string
  client_ids: string
  filter: { item: string; op: ConditionOp | ''; values: string }[]
  condition: string
}

/** A grant from today for one year. */
export function blankGrant(nowMs: number): GrantForm {
  return {
    resource_id: '', consumer_id: '', items: {}, purposes: [{ matter: '', basis: '' }], shapes: ['query', 'verify'],
    valid_from: dateOnly(nowMs), valid_until: dateOnly(nowMs + 364 * DAY_MS), quota_per_day: '1000', quota_per_second: '10', client_ids: '', filter: [], condition: '',
  }
}

/** Texts separated by commas of either width, spaces or semicolons. */
export function pieces(text: string): string[] {
  return text.split(/[\s,，、;；]+/).filter(Boolean)
}

function whole(text: string, most: number): boolean {
  return /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= most
}

/** What is wrong, by field. The server checks again and more. */
export function problems(form: GrantForm): Record<string, string> {
  const found: Record<string, string> = {}
  if (!form.resource_id) found.resource_id = t('grant.needResource')
  if (!form.consumer_id) found.consumer_id = t('grant.needConsumer')
  if (!Object.values(form.items).some(Boolean)) found.items = t('grant.needItems')
  if (!form.purposes.length || form.purposes.some((one) => !one.matter.trim() || !one.basis.trim())) found.purposes = t('grant.needPurpose')
  if (!form.shapes.length) found.shapes = t('grant.needShape')
  const from = msOfDate(form.valid_from)
  const until = msOfDate(form.valid_until)
  if (Number.isNaN(from)) found.valid_from = t('grant.needDate')
  if (Number.isNaN(until)) found.valid_until = t('grant.needDate')
  else if (until < from) found.valid_until = t('grant.untilBeforeFrom')
  else if (until - from > LONGEST_DAYS * DAY_MS) found.valid_until = t('grant.tooLong')
  if (!whole(form.quota_per_day, 100_000_000)) found.quota_per_day = t('grant.needQuota')
  if (!whole(form.quota_per_second, 100_000)) found.quota_per_second = t('grant.needQuota')
  if (form.filter.some((one) => !one.item || !one.op || pieces(one.values).length === 0 || (one.op !== 'in' && pieces(one.values).length !== 1))) found.filter = t('grant.needFilter')
  return found
}

/** The body of the request; "until" is the whole of the named day. */
export function toBody(form: GrantForm): NewGrant {
  return {
    resource_id: form.resource_id,
    consumer_id: form.consumer_id,
    client_ids: pieces(form.client_ids),
    items: Object.entries(form.items).filter(([, how]) => how).map(([item, how]) => ({ item, masked: how === 'masked', verify_only: how === 'verify' })),
    row_filter: { all: form.filter.map((one) => ({ item: one.item, op: one.op || 'eq', values: pieces(one.values) })) },
    purposes: form.purposes.map((one) => ({ matter: one.matter.trim(), basis: one.basis.trim() })),
    shapes: form.shapes,
    valid_from_ms: msOfDate(form.valid_from),
    valid_until_ms: msOfDate(form.valid_until) + DAY_MS,
    quota_per_day: Number(form.quota_per_day),
    quota_per_second: Number(form.quota_per_second),
    condition: form.condition.trim() || null,
  }
}
