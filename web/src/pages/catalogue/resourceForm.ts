// The form behind a resource, its rules and its body for the server. Pure.
import type { Resource, ShareType } from '@/api'
import { t } from '@/i18n'
import { invented } from './legal'

export interface ItemForm {
  item: string
  zh: string
  en: string
  element: string
  is_key: boolean
  required: boolean
  sensitive: boolean
  share_type: ShareType | ''
  share_condition: string
  no_share_basis: string
  data_type: string
  length: string
  decimals: string
  responsible_office: string
  source_system: string
  lineage: string
  note: string
}

/** Fields that are one text each, and absent when empty. */
const TEXTS = [
  'code', 'system_id', 'category', 'subcategory', 'detail', 'regional_code', 'responsible_office', 'responsible_person', 'contact', 'data_range', 'data_region', 'data_period', 'data_class',
  'format', 'share_method', 'use_conditions', 'open_condition', 'update_cycle', 'secrecy_assessment', 'privacy_assessment',
] as const
type TextField = (typeof TEXTS)[number]

export interface ResourceForm extends Record<TextField, string> {
  name: string
  abstract: string
  classification: Resource['classification']
  share_type: ShareType
  share_condition: string
  share_condition_kinds: string[]
  no_share_basis: string
  open_to_society: boolean
  related_codes: string
  grade: string
  items: ItemForm[]
}

export function blankItem(): ItemForm {
  return {
    item: '', zh: '', en: '', element: '', is_key: false, required: false, sensitive: false, share_type: '', share_condition: '', no_share_basis: '', data_type: '', length: '', decimals: '',
    responsible_office: '', source_system: '', lineage: '', note: '',
  }
}

export function blankForm(): ResourceForm {
  const texts = Object.fromEntries(TEXTS.map((field) => [field, ''])) as Record<TextField, string>
  return {
    ...texts, name: '', abstract: '', classification: 'department', share_type: 'conditional', share_condition: '', share_condition_kinds: [], no_share_basis: '', update_cycle: 'daily',
    format: '数据库', share_method: 'interface', open_to_society: false, related_codes: '', grade: '', items: [blankItem()],
  }
}

const text = (value: unknown) => (value === null || value === undefined ? '' : String(value))

/** The form of an entry; of its change under way, when there is one. */
export function formOf(resource: Resource): ResourceForm {
  const kept = { ...resource, ...resource.revision?.entry } as unknown as Record<string, unknown>
  const form = blankForm()
  for (const field of TEXTS) form[field] = text(kept[field])
  const items = (kept.items as Record<string, unknown>[]).map((one) => {
    const item = blankItem()
    for (const field of ['item', 'zh', 'en', 'element', 'share_type', 'share_condition', 'no_share_basis', 'data_type', 'length', 'decimals', 'responsible_office', 'source_system', 'lineage', 'note'] as const) {
      Object.assign(item, { [field]: text(one[field]) })
    }
    return { ...item, is_key: one.is_key === true, required: one.required === true, sensitive: one.sensitive === true }
  })
  return {
    ...form,
    code: resource.code,
    name: text(kept.name),
    abstract: text(kept.abstract),
    classification: kept.classification as Resource['classification'],
    share_type: kept.share_type as ShareType,
    share_condition: text(kept.share_condition),
    share_condition_kinds: [...((kept.share_condition_kinds as string[] | undefined) ?? [])],
    no_share_basis: text(kept.no_share_basis),
    open_to_society: kept.open_to_society === true,
    related_codes: ((kept.related_codes as string[] | undefined) ?? []).join('、'),
    grade: text(kept.grade),
    items,
  }
}

/** What is wrong, by field; empty when the form may be sent. The server checks again and more. */
export function problems(form: ResourceForm): Partial<Record<keyof ResourceForm, string>> {
  const found: Partial<Record<keyof ResourceForm, string>> = {}
  if (!form.name.trim()) found.name = t('edit.needName')
  if (form.code.trim() && !/^[A-Za-z0-9][A-Za-z0-9/_.-]*$/.test(form.code.trim())) found.code = t('edit.needCode')
  if (!form.abstract.trim()) found.abstract = t('edit.needAbstract')
  if (form.share_type === 'conditional') {
    const phrase = invented(form.share_condition)
    if (!form.share_condition.trim()) found.share_condition = t('edit.needCondition')
    else if (phrase) found.share_condition = t('legal.inventedBad', { phrase })
  }
  if (form.share_type === 'none' && !form.no_share_basis.trim()) found.no_share_basis = t('edit.needBasis')
  found.items = itemsProblem(form.items)
  if (!found.items) delete found.items
  return found
}

function itemsProblem(items: ItemForm[]): string | undefined {
  if (items.length === 0) return t('edit.needItems')
  const seen = new Set<string>()
  for (const [i, item] of items.entries()) {
    const name = item.item.trim()
    if (!/^[a-z][a-z0-9_]*$/.test(name) || !item.zh.trim()) return t('edit.itemIncomplete', { n: i + 1 })
    if (!item.element) return t('edit.itemElement', { n: i + 1, name: item.zh })
    if (seen.has(name)) return t('edit.itemTwice', { name })
    if (![item.length, item.decimals].every((digits) => /^\d{0,5}$/.test(digits.trim()))) return t('edit.itemLength', { n: i + 1, name: item.zh })
    seen.add(name)
  }
  return items.some((item) => item.is_key) ? undefined : t('edit.needKey')
}

/** The body of the request; empty texts become absent. */
export function toBody(form: ResourceForm, kept?: Resource): object {
  const or = (value: string) => value.trim() || null
  const number = (value: string) => (value.trim() ? Number(value) : null)
  const texts = Object.fromEntries(TEXTS.map((field) => [field, or(form[field])]))
  return {
    ...texts,
    ...(kept ? { updated_ms: kept.updated_ms } : {}),
    name: form.name.trim(),
    abstract: form.abstract.trim(),
    classification: form.classification,
    share_type: form.share_type,
    share_condition: form.share_type === 'conditional' ? or(form.share_condition) : null,
    share_condition_kinds: form.share_type === 'conditional' ? form.share_condition_kinds : [],
    no_share_basis: form.share_type === 'none' ? or(form.no_share_basis) : null,
    open_to_society: form.open_to_society,
    open_condition: form.open_to_society ? or(form.open_condition) : null,
    related_codes: form.related_codes.split(/[\s,，、;；]+/).filter(Boolean),
    grade: number(form.grade),
    items: form.items.map((item) => ({
      item: item.item.trim(),
      zh: item.zh.trim(),
      en: item.en.trim() || item.item.trim(),
      element: item.element,
      is_key: item.is_key,
      required: item.required,
      sensitive: item.sensitive,
      share_type: item.share_type || null,
      share_condition: item.share_type === 'conditional' ? or(item.share_condition) : null,
      no_share_basis: item.share_type === 'none' ? or(item.no_share_basis) : null,
      data_type: item.data_type || null,
      length: number(item.length),
      decimals: number(item.decimals),
      responsible_office: or(item.responsible_office),
      source_system: or(item.source_system),
      lineage: or(item.lineage),
      note: or(item.note),
    })),
  }
}
