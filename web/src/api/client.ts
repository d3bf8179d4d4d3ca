// The one door to the server. Everything the console knows comes through `call`.
import createClient from 'openapi-fetch'
import { t } from '@/i18n'
import type { paths } from './schema'
import type { FieldProblem, Problem, Station } from './types'

/** A refusal or a failure, with the server's sentence in both languages. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly fields: FieldProblem[]
  readonly trace: string
  readonly station?: Station
  readonly source?: string
  readonly provider?: string
  readonly sinceMs?: number

  constructor(status: number, problem: Problem) {
    super(problem.zh)
    this.name = 'ApiError'
    this.status = status
    this.code = problem.code
    this.zh = problem.zh
    this.en = problem.en
    this.fields = problem.fields ?? []
    this.trace = problem.trace ?? ''
    this.station = problem.station
    this.source = problem.source
    this.provider = problem.provider
    this.sinceMs = problem.since_ms
  }
}

/** Turns whatever came back into an error with a sentence; a proxy's HTML page becomes one too. */
export function toApiError(status: number, body: unknown): ApiError {
  const problem = (body as { error?: Partial<Problem> } | null)?.error
  if (problem && typeof problem === 'object' && typeof problem.code === 'string') {
    return new ApiError(status, {
      ...problem,
      code: problem.code,
      zh: problem.zh || problem.en || problem.code,
      en: problem.en || problem.zh || problem.code,
    })
  }
  return new ApiError(status, {
    code: `http.${status}`,
    zh: `服务器没有按约定回答（HTTP ${status}）。请稍后再试；若一直如此，请把此编号告诉平台运维。`,
    en: `The server did not answer as agreed (HTTP ${status}). Try again later; if it goes on, tell the platform operator this number.`,
  })
}

/** The error when no answer came at all. */
export function offlineError(): ApiError {
  return new ApiError(0, {
    code: 'network.unreachable',
    zh: '连不上服务器。请检查网线或政务外网是否通，再点“重试”。',
    en: 'The server cannot be reached. Check the cable or the government network, then choose Try again.',
  })
}

/** An address of the interface; `tests/paths.test.ts` proves that the server has each that is used. */
export type ApiPath = keyof paths | (string & {})

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Loose = Record<Method, (path: string, init: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>>

const client = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' }) as unknown as Loose

let whenLoggedOut: () => void = () => undefined

/** What to do when the server says that nobody is logged in (any more). */
export function onLoggedOut(act: () => void): void {
  whenLoggedOut = act
}

export interface CallOptions {
  path?: Record<string, string | number>
  query?: Record<string, string | number | boolean | undefined | null>
  body?: unknown
  headers?: Record<string, string>
  /** True for the log-in itself, where 401 means a wrong password. */
  quiet401?: boolean
}

/** Calls one operation. Resolves to the body; rejects with an `ApiError` and nothing else. */
export async function call<T>(method: Method, path: ApiPath, options: CallOptions = {}): Promise<T> {
  const query: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined && value !== null && value !== '') query[name] = value
  }
  const headers: Record<string, string> = { ...options.headers }
  if (method !== 'GET') headers['X-Guantong-Console'] = '1'
  let answer
  try {
    answer = await client[method](path, { params: { path: options.path ?? {}, query }, body: options.body, headers })
  } catch {
    throw offlineError()
  }
  const { data, error, response } = answer
  if (response.ok) return data as T
  if (response.status === 401 && !options.quiet401) whenLoggedOut()
  throw toApiError(response.status, error)
}

/** Sends a form with a file. Resolves to the body; rejects with an `ApiError` and nothing else. */
export async function sendForm<T>(path: ApiPath, form: FormData): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, { method: 'POST', body: form, credentials: 'same-origin', headers: { 'X-Guantong-Console': '1' } })
  } catch {
    throw offlineError()
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok) return body as T
  if (response.status === 401) whenLoggedOut()
  throw toApiError(response.status, body)
}

/** An error of any origin as one that can be shown. */
export function asApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause
  const message = t('error.inside', { what: cause instanceof Error ? cause.message : String(cause) })
  return new ApiError(0, { code: 'console.bug', zh: message, en: message })
}
