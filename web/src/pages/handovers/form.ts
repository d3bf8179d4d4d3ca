// The form behind a new handover: what people choose, what is wrong with it, and what the server takes. Pure.
import type { Agent, Documents, Grant, HandoverInput, Place } from '@/api'
import { t } from '@/i18n'
import { kindName } from '@/lib/kind'
import { dateOnly } from '@/lib/time'
import { bytes } from '@/lib/units'
import { untilDay, untilMs } from '@/pages/requests/requestForm'

/** The consumer asks for a document, the provider offers one. */
export type Side = 'ask' | 'offer'

export interface HandoverForm {
  grant_id: string
  document: string
  place: string
  /** Place of the purpose in the grant's list; -1 while none is chosen. */
  purpose: number
  case_no: string
  until: string
  note: string
}

export const STEPS = ['grant', 'document', 'matter'] as const
export type Step = (typeof STEPS)[number]
export type Wrong = Record<string, string>

export const blankHandover = (): HandoverForm => ({ grant_id: '', document: '', place: '', purpose: -1, case_no: '', until: '', note: '' })

type Usable = Pick<Grant, 'shapes' | 'state' | 'consumer_id' | 'provider_id' | 'client_ids'>

/** What the reader may do with documents under the grant now; nothing when it does not let any be handed over. */
export function sideOf(grant: Usable, owns: (organisation: string) => boolean): Side | null {
  if (grant.state !== 'active' || !grant.shapes.includes('file')) return null
  // Under a grant to certain client systems only, people cannot ask.
  if (owns(grant.consumer_id)) return grant.client_ids.length ? null : 'ask'
  return owns(grant.provider_id) ? 'offer' : null
}

/** A folder that takes documents in, as one value of a choice. */
export const placeKey = (place: Place) => `${place.agent_id} ${place.target}`

export interface PlaceChoice extends Place {
  agent_name: string
  connected: boolean
}

/** Folders of the own agents that take documents in. */
export function placesOf(agents: Pick<Agent, 'id' | 'name' | 'connected' | 'targets'>[]): PlaceChoice[] {
  return agents.flatMap((agent) => (agent.targets ?? []).filter((one) => one.kind === 'documents').map((one) => ({ agent_id: agent.id, target: one.name, agent_name: agent.name, connected: agent.connected })))
}

export function underGrant(form: HandoverForm, grant: Pick<Grant, 'id' | 'purposes' | 'valid_until_ms'>): HandoverForm {
  return { ...form, grant_id: grant.id, document: '', purpose: grant.purposes.length === 1 ? 0 : -1, until: untilDay(grant.valid_until_ms) }
}

/** What is wrong in a step, by field. */
export function problems(form: HandoverForm, step: Step, grant: Pick<Grant, 'purposes' | 'valid_until_ms'> | undefined, side: Side | null, nowMs: number): Wrong {
  const found: Wrong = {}
  if (step === 'grant' && !grant) found.grant_id = t('handover.needGrant')
  if (step === 'document' && !form.document) found.document = t('handover.needDocument')
  if (step === 'matter') {
    if (side === 'ask' && !form.place) found.to = t('handover.needPlace')
    if (!grant?.purposes[form.purpose]) found.purpose = t('sub.needPurpose')
    if (!form.case_no.trim()) found.case_no = t('handover.needCase')
    if (!form.until) found.until = t('handover.needUntil')
    else if (form.until < dateOnly(nowMs)) found.until = t('sub.untilPast')
    else if (grant && form.until > untilDay(grant.valid_until_ms)) found.until = t('sub.untilLate', { day: untilDay(grant.valid_until_ms) })
  }
  return found
}

/** What the server takes. */
export function toInput(form: HandoverForm, grant: Pick<Grant, 'purposes' | 'valid_until_ms'>, side: Side, places: PlaceChoice[]): HandoverInput {
  const place = side === 'ask' ? places.find((one) => placeKey(one) === form.place) : undefined
  return {
    grant_id: form.grant_id,
    document: form.document,
    to: place ? { agent_id: place.agent_id, target: place.target } : null,
    purpose: grant.purposes[form.purpose] ?? { matter: '', basis: '' },
    case_no: form.case_no.trim(),
    note: form.note.trim(),
    // The last day of the grant means to its very end.
    expires_ms: form.until === untilDay(grant.valid_until_ms) ? null : untilMs(form.until),
  }
}

const STEP_OF: Record<string, Step> = { grant_id: 'grant', document: 'document' }

/** The step in which what the server refused is mended. */
export function stepOfRefusal(error: { code: string; fields: { path: string }[] }): Step {
  const field = error.fields[0]?.path.split(/[.[]/)[0] ?? ''
  if (STEP_OF[field]) return STEP_OF[field]
  if (error.code.startsWith('document.') || error.code === 'plan.subject_invalid') return 'document'
  return error.code.startsWith('authorise.') || error.code === 'plan.document_key' || error.code === 'plan.no_documents' ? 'grant' : 'matter'
}

/** What the server refused, at the fields of the form. */
export function atFields(fields: { path: string; text: string }[]): Wrong {
  return Object.fromEntries(fields.map((one) => {
    const name = one.path.split(/[.[]/)[0] ?? ''
    return [name === 'expires_ms' ? 'until' : name, one.text]
  }))
}

export interface DocumentRow {
  name: string
  /** The other items, in words. */
  cells: Record<string, string>
}

/** A value of the list in words: sizes with a unit, times with a blank between day and hour. */
export function cellWords(value: string | null, label: { item: string; zh: string; kind: Documents['items'][number]['kind'] }): string {
  if (value === null || value === '') return '—'
  if (/^\d+$/.test(value) && (/大小|字节/.test(label.zh) || /(^|_)(bytes|size)$/.test(label.item))) return bytes(Number(value))
  return kindName(label.kind) === 'date_time' ? value.replace('T', ' ') : value
}

/** The list as it is shown. A line without a name in clear cannot be chosen and is left out. */
export function rowsOf(documents: Documents): DocumentRow[] {
  const at = documents.items.findIndex((one) => one.item === documents.name_item)
  return documents.rows.flatMap((row) => {
    const name = row[at]
    if (!name) return []
    return [{ name, cells: Object.fromEntries(documents.items.map((label, i) => [label.item, cellWords(row[i] ?? null, label)])) }]
  })
}

const KEPT = 'guantong.handover.place'

/** The folder that was chosen last at this computer. */
export function lastPlace(): string {
  try {
    return localStorage.getItem(KEPT) ?? ''
  } catch {
    // Storage may be switched off; then the folder is chosen each time.
    return ''
  }
}

export function keepPlace(key: string): void {
  try {
    if (key) localStorage.setItem(KEPT, key)
  } catch {
    // Not kept then.
  }
}
