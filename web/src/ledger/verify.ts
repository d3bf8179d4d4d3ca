/**
 * Checks the evidence of an exchange in the browser, so that nobody has to take the server's word for it.
 *
 * Pure functions. Each answers what was checked, step by step and in order, ready for display; the first step that
 * fails is the last one.
 */
import { fromBase64, isSignedBy, parseCheckpoint, parseKey, parseNote, toBase64 } from './note'
import type { CheckpointBody, VerifierKey } from './note'
import { emptyRoot, leafHash, rootFromInclusion, rootsFromConsistency, sameBytes } from './tree'
import type { Hash } from './tree'

/** The checks, in the order in which they are made. */
export type StepName = 'key' | 'note' | 'signature' | 'checkpoint' | 'leaf' | 'inclusion' | 'consistency'

/** One check and how it ended. */
export interface Step {
  step: StepName
  ok: boolean
  /** What was found: a key, a hash, a size, or why the check failed. In English; technical. */
  detail: string
  /** The sentence for the user. */
  zh: string
  en: string
}

/** The outcome of all checks. */
export interface Verdict {
  ok: boolean
  steps: Step[]
  /** The checkpoint, once its signature was found good. */
  checkpoint?: CheckpointBody
}

/** The evidence of one entry. */
export interface InclusionEvidence {
  /** The log's public key, `name+id+base64`, best obtained from another place than the log itself. */
  key: string
  /** The signed checkpoint. */
  note: string
  index: bigint | number | string
  /** The entry's bytes. */
  leaf: Uint8Array
  /** Hashes from leaf to root, in base64. */
  proof: readonly string[]
}

/** The evidence that a log only grew. */
export interface ConsistencyEvidence {
  key: string
  /** The checkpoint saved earlier. */
  oldNote: string
  newNote: string
  proof: readonly string[]
}

const SENTENCES: Record<StepName, { good: [zh: string, en: string]; bad: [zh: string, en: string] }> = {
  key: {
    good: ['公钥格式正确', 'The public key is well formed'],
    bad: ['公钥格式有误：请粘贴公布的整行公钥', 'The public key is malformed: paste the published line as a whole'],
  },
  note: {
    good: ['签名文本格式正确', 'The signed note is well formed'],
    bad: ['签名文本格式有误：请重新获取', 'The signed note is malformed: fetch it again'],
  },
  signature: {
    good: ['签名成立', 'The signature holds'],
    bad: [
      '签名不成立：文本被改动，或不是由该公钥签名',
      'The signature does not hold: the text was changed, or another key signed it',
    ],
  },
  checkpoint: {
    good: ['检查点属于该日志', 'The checkpoint belongs to this log'],
    bad: ['检查点不属于该日志或格式有误', 'The checkpoint is malformed or belongs to another log'],
  },
  leaf: {
    good: ['已计算条目哈希', 'The entry was hashed'],
    bad: ['无法计算条目哈希', 'The entry could not be hashed'],
  },
  inclusion: {
    good: ['条目在日志中，位置与序号一致', 'The entry stands in the log at this index'],
    bad: [
      '条目不在日志的该位置：条目、序号或日志被改动，请保存此答复作为证据',
      'The entry does not stand in the log at this index: entry, index or log was changed; keep this answer as evidence',
    ],
  },
  consistency: {
    good: ['日志只增不改', 'The log has only grown since'],
    bad: [
      '日志不是由旧检查点增长而来：历史被改动，请保存两个检查点作为证据',
      'The log did not grow out of the old checkpoint: its past was changed; keep both checkpoints as evidence',
    ],
  },
}

/** Collects steps; a failed one ends the run. */
class Run {
  readonly steps: Step[] = []

  /** Makes one check. A thrown error or a `false` verdict ends the run. */
  check<T>(step: StepName, make: () => { value: T; ok?: boolean; detail: string }): T {
    try {
      const { value, ok = true, detail } = make()
      this.add(step, ok, detail)
      if (ok) return value
    } catch (error) {
      this.add(step, false, error instanceof Error ? error.message : String(error))
    }
    throw this
  }

  private add(step: StepName, ok: boolean, detail: string): void {
    const [zh, en] = SENTENCES[step][ok ? 'good' : 'bad']
    this.steps.push({ step, ok, detail, zh, en })
  }
}

/** Does the checks and turns their end, good or bad, into a verdict. */
function verdict(checks: (run: Run) => CheckpointBody): Verdict {
  const run = new Run()
  try {
    const checkpoint = checks(run)
    return { ok: true, steps: run.steps, checkpoint }
  } catch (stopped) {
    if (stopped !== run) throw stopped
    return { ok: false, steps: run.steps }
  }
}

function checkKey(run: Run, text: string): VerifierKey {
  return run.check('key', () => ({ value: parseKey(text), detail: text.trim() }))
}

/** Takes a note apart and checks its signature and origin. */
function checkNote(run: Run, text: string, key: VerifierKey): CheckpointBody {
  const note = run.check('note', () => {
    const value = parseNote(text)
    return { value, detail: `${value.signatures.length} signature lines` }
  })
  run.check('signature', () => ({ value: undefined, ok: isSignedBy(note, key), detail: `by ${key.name}` }))
  return run.check('checkpoint', () => {
    const value = parseCheckpoint(note.text)
    const detail = `${value.origin}, ${value.size} entries, root ${value.rootText}`
    return { value, ok: value.origin === key.name, detail }
  })
}

/** Indices come as numbers or as decimal text. `BigInt` alone would read an empty text as 0. */
function parseIndex(index: bigint | number | string): bigint {
  if (typeof index === 'string' && !/^[0-9]+$/.test(index)) throw new Error('the index is not a number')
  return BigInt(index)
}

const hashes = (proof: readonly string[]): Hash[] => proof.map((text) => fromBase64(text))

/** Checks that an entry stands in the log which the signed checkpoint describes. */
export function verifyInclusion(evidence: InclusionEvidence): Verdict {
  return verdict((run) => {
    const key = checkKey(run, evidence.key)
    const checkpoint = checkNote(run, evidence.note, key)
    const leaf = run.check('leaf', () => {
      const value = leafHash(evidence.leaf)
      return { value, detail: toBase64(value) }
    })
    run.check('inclusion', () => {
      const index = parseIndex(evidence.index)
      const root = rootFromInclusion(index, checkpoint.size, leaf, hashes(evidence.proof))
      const ok = sameBytes(root, checkpoint.root)
      const detail = ok ? `entry ${index} of ${checkpoint.size}` : `the proof leads to the root ${toBase64(root)}`
      return { value: undefined, ok, detail }
    })
    return checkpoint
  })
}

/** Checks that the log of the new checkpoint has grown out of that of the old one, without a change. */
export function verifyConsistency(evidence: ConsistencyEvidence): Verdict {
  return verdict((run) => {
    const key = checkKey(run, evidence.key)
    const before = checkNote(run, evidence.oldNote, key)
    const after = checkNote(run, evidence.newNote, key)
    run.check('consistency', () => {
      const proof = hashes(evidence.proof)
      const detail = `from ${before.size} to ${after.size} entries`
      return { value: undefined, ok: isConsistent(before, after, proof), detail }
    })
    return after
  })
}

function isConsistent(before: CheckpointBody, after: CheckpointBody, proof: readonly Hash[]): boolean {
  if (before.size > after.size) return false
  if (before.size === after.size) return proof.length === 0 && sameBytes(before.root, after.root)
  if (before.size === 0n) return proof.length === 0 && sameBytes(before.root, emptyRoot())
  const { oldRoot, newRoot } = rootsFromConsistency(before.size, after.size, before.root, proof)
  return sameBytes(oldRoot, before.root) && sameBytes(newRoot, after.root)
}
