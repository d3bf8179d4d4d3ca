// The form behind a request: what people type, and what the server takes. Pure.
import type { Condition, ConditionOp, Gap, GrantItem, RequestInput, Resource, Shape } from '@/api'
import { t, tOr } from '@/i18n'
import { dateOnly, msOfDate } from '@/lib/time'
import { pieces, type ItemChoice } from '@/pages/grants/grantForm'

const DAY_MS = 86_400_000

/** One condition on the rows, as typed. */
export interface RowChoice {
  item: string
  op: ConditionOp | ''
  values: string
}

export interface RequestForm {
  resource_id: string
  items: Record<string, ItemChoice>
  filter: RowChoice[]
  region: string
  shapes: Shape[]
  matters: string
  basis: string
  scenario: string
  until: string
  per_day: string
  per_second: string
  client_ids: string[]
  measures: string
  contact: string
  /** Pattern by which it was made; the server holds it to that. */
  template: RequestInput['template']
}

/** An empty form: for one year, a hundred calls a day. */
export function blankRequest(nowMs: number): RequestForm {
  return {
    resource_id: '', items: {}, filter: [], region: '', shapes: ['query', 'verify'], matters: '', basis: '', scenario: '',
    until: dateOnly(nowMs + 364 * DAY_MS), per_day: '100', per_second: '5', client_ids: [], measures: '', contact: '', template: null,
  }
}

export const howOf = (item: GrantItem): ItemChoice => (item.verify_only ? 'verify' : item.masked ? 'masked' : 'full')

/** Items as the server takes them. */
export function toItems(items: Record<string, ItemChoice>): GrantItem[] {
  return Object.entries(items)
    .filter(([, how]) => how)
    .map(([item, how]) => ({ item, masked: how === 'masked', verify_only: how === 'verify' }))
}

/** Conditions as the server takes them; half-typed ones are kept so that the check can name them. */
export function toRows(filter: RowChoice[]): Condition[] {
  return filter.filter((one) => one.item).map((one) => ({ item: one.item, op: one.op || 'eq', values: pieces(one.values) }))
}

export const fromRows = (all: Condition[]): RowChoice[] => all.map((one) => ({ item: one.item, op: one.op, values: one.values.join('，') }))

const number = (text: string) => (/^\d+$/.test(text.trim()) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : 0)

/** The last day as the first instant after it; 0 when none was chosen. */
export function untilMs(day: string): number {
  const ms = msOfDate(day)
  return Number.isNaN(ms) ? 0 : ms + DAY_MS
}

/** The day that ends at the instant. */
export const untilDay = (ms: number): string => (ms > 0 ? dateOnly(ms - 1) : '')

export function toInput(form: RequestForm): RequestInput {
  return {
    resource_id: form.resource_id,
    basis: form.basis.trim(),
    scenario: form.scenario.trim(),
    matters: pieces(form.matters),
    items: toItems(form.items),
    row_filter: { all: toRows(form.filter) },
    region: form.region.trim() || null,
    method: (['batch', 'file'] as const).find((way) => form.shapes.length > 0 && form.shapes.every((one) => one === way)) ?? 'interface',
    template: form.template,
    shapes: form.shapes,
    valid_until_ms: untilMs(form.until),
    calls_per_day: number(form.per_day),
    calls_per_second: number(form.per_second),
    client_ids: form.client_ids,
    measures: form.measures.trim(),
    contact: form.contact.trim(),
  }
}

export function toForm(input: RequestInput): RequestForm {
  return {
    resource_id: input.resource_id,
    items: Object.fromEntries(input.items.map((item) => [item.item, howOf(item)])),
    filter: fromRows(input.row_filter.all),
    region: input.region ?? '',
    shapes: [...input.shapes],
    matters: input.matters.join('，'),
    basis: input.basis,
    scenario: input.scenario,
    until: untilDay(input.valid_until_ms),
    per_day: input.calls_per_day ? String(input.calls_per_day) : '',
    per_second: input.calls_per_second ? String(input.calls_per_second) : '',
    client_ids: [...input.client_ids],
    measures: input.measures,
    contact: input.contact,
    template: input.template ?? null,
  }
}

/** The parts of the form, in order. */
export const STEPS = ['resource', 'items', 'purpose', 'terms', 'check'] as const
export type Step = (typeof STEPS)[number]

const STEP_OF: Record<string, Step> = {
  resource_id: 'resource', items: 'items', row_filter: 'items', region: 'items', shapes: 'items', basis: 'purpose', scenario: 'purpose', matters: 'purpose',
}

/** The first word of a path: `items[2].item` is about `items`. */
export const fieldOf = (path: string): string => path.split(/[.[]/)[0] ?? ''

/** The part of the form in which a gap is filled. */
export const stepOf = (path: string): Step => STEP_OF[fieldOf(path)] ?? 'terms'

/** What a gap is about, in words. */
export const fieldName = (path: string): string => (path ? tOr(`requestField.${fieldOf(path)}`, path) : t('request.gapWhole'))

/** Fields that a person may name in a gap. */
export const FIELDS = ['basis', 'scenario', 'matters', 'items', 'row_filter', 'region', 'shapes', 'valid_until_ms', 'calls_per_day', 'client_ids', 'measures', 'contact']

export const blockingOf = (gaps: Gap[]): Gap[] => gaps.filter((gap) => gap.blocking)

/** The ways of sharing that the shapes amount to: the interface for questions, the exchange for whole tables, files as they are. */
export function waysOf(shapes: Shape[]): string {
  const ways = shapes.map((one) => (one === 'hold' ? 'batch' : one === 'batch' || one === 'file' ? one : 'interface'))
  return ['interface', 'batch', 'file'].filter((one) => ways.some((way) => way === one)).map((one) => tOr(`method.${one}`, one)).join('、') || '—'
}

/** True when an item of the resource may not be shared. */
export const withheld = (item: Resource['items'][number]): boolean => item.share_type === 'none'
